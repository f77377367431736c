#!/usr/bin/env bash
# Checks scripts/deps.sh with stand-ins for dpkg-query, apt-get, id and sudo: nothing is installed. Prints one line per check.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

ok() { printf 'ok    %s\n' "$1"; }
fail() { printf 'FAIL  %s\n' "$1"; cat "$WORK/said" "$WORK/apt" 2>/dev/null || true; exit 1; }
check() { if "${@:2}"; then ok "$1"; else fail "$1"; fi; }
stub() {
	printf '#!/bin/sh\n%s\n' "$2" >"$WORK/$1"
	chmod +x "$WORK/$1"
}
# deps RC ARGS...: the script ends with RC; what it says is in $WORK/said.
deps() {
	local rc=0
	PATH=$WORK:$PATH "$HERE/deps.sh" "${@:2}" >"$WORK/said" 2>&1 || rc=$?
	[ "$rc" = "$1" ]
}
said() { grep -q -- "$1" "$WORK/said"; }

stub dpkg-query 'case "$*" in *libva-dev*) exit 1 ;; *) printf installed ;; esac'
stub apt-get 'echo "$@" >>"'"$WORK/apt"'"'
stub id 'echo 1000'
stub sudo 'exit 1'
check "without root the command is printed" deps 1 build
check "the command names what is missing" said "sudo apt-get update && sudo apt-get install --no-install-recommends libva-dev$"
check "without root nothing is run" [ ! -e "$WORK/apt" ]
check "--print shows the command" deps 0 --print build
check "--print shows nothing else" [ "$(cat "$WORK/said")" = "apt-get install --no-install-recommends libva-dev" ]

stub id 'echo 0'
check "root installs" deps 0 build
check "it says what" said "installing through apt: libva-dev$"
check "apt was asked for it" grep -q "install -y --no-install-recommends libva-dev" "$WORK/apt"

stub apt-get 'echo "E: no such package" >&2; exit 100'
check "a failing apt is a failure" deps 1 build
check "apt's own words are shown" said "E: no such package"

stub dpkg-query 'printf installed'
check "nothing is done when nothing is missing" deps 0 build
check "nothing is said then" [ ! -s "$WORK/said" ]
check "an unknown group is an error" deps 1 everything
