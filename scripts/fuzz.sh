#!/usr/bin/env bash
# Runs every fuzz target of the module for a while each, one after the other.
#
#   scripts/fuzz.sh [TIME]   TIME for each target, as go test -fuzztime takes it (5s)
set -euo pipefail

cd "$(dirname "$0")/.."
git grep --untracked -oE '^func Fuzz[A-Za-z0-9_]*' -- '*_test.go' | while IFS=: read -r file func; do
	go test "./$(dirname "$file")" -run '^$' -fuzz "^${func#func }\$" -fuzztime "${1:-5s}" </dev/null
done
