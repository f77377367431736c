#!/usr/bin/env bash
# Fetches the players of the page, hls.js and dash.js, at the exact versions of internal/origin/page/package-lock.json,
# and puts them where go:embed finds them. Does nothing when they are there already.
#
#   scripts/players.sh           fetch unless up to date
#   scripts/players.sh --clean   remove what was fetched
#
# npm asks the registry that it is configured with.
set -euo pipefail

PAGE=$(cd "$(dirname "$0")/../internal/origin/page" && pwd)
VENDOR=$PAGE/vendor
STAMP=$VENDOR/.fetched
FILES=(hls.min.js hls.LICENSE.txt dash.all.min.js dash.LICENSE.txt)

say() { printf 'players: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# What is there is right when it was made from this lock file by this script.
wanted() { cat "$PAGE/package-lock.json" "${BASH_SOURCE[0]}" | sha256sum | cut -d' ' -f1; }

up_to_date() {
	local f
	for f in "${FILES[@]}"; do [ -s "$VENDOR/$f" ] || return 1; done
	[ "$(cat "$STAMP" 2>/dev/null)" = "$(wanted)" ]
}

clean() {
	local f
	for f in "${FILES[@]}"; do rm -f "$VENDOR/$f"; done
	rm -f "$STAMP"
}

# install_into FOLDER: the packages of the lock file, none of whose scripts are run.
install_into() {
	cp "$PAGE/package.json" "$PAGE/package-lock.json" "$1"
	npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
		die "npm could not fetch the players; the build goes on without them, and the page says so"
}

# dash_licences NODE_MODULES: dash.js's own licence and those of everything that its bundle may hold.
dash_licences() {
	local f
	cat "$1/dashjs/LICENSE.md"
	find "$1" -mindepth 2 -maxdepth 3 -iname 'licen[sc]e*' -not -path '*/dashjs/*' -not -path '*/hls.js/*' | sort | while read -r f; do
		printf '\n\n==== %s ====\n\n' "${f#"$1"/}"
		cat "$f"
	done
}

# copy_from NODE_MODULES: the two bundles and their licences. The lines that name source maps go: no maps are served.
copy_from() {
	sed '/^\/\/# sourceMappingURL=/d' "$1/hls.js/dist/hls.min.js" >"$VENDOR/hls.min.js"
	cp "$1/hls.js/LICENSE" "$VENDOR/hls.LICENSE.txt"
	sed '/^\/\/# sourceMappingURL=/d' "$1/dashjs/dist/modern/umd/dash.all.min.js" >"$VENDOR/dash.all.min.js"
	dash_licences "$1" >"$VENDOR/dash.LICENSE.txt"
	chmod 644 "${FILES[@]/#/$VENDOR/}"
}

fetch() {
	command -v npm >/dev/null ||
		die "npm is missing (Debian: apt-get install npm); the build goes on without the players, and the page says so"
	WORK=$(mktemp -d)
	trap 'rm -rf "$WORK"' EXIT
	install_into "$WORK"
	copy_from "$WORK/node_modules"
	wanted >"$STAMP"
	say "fetched $(cd "$VENDOR" && du -ch "${FILES[@]}" | tail -n 1 | cut -f1) into internal/origin/page/vendor"
}

case ${1:-} in
'') up_to_date || fetch ;;
--clean) clean ;;
*) die "unknown argument $1 (want --clean or nothing)" ;;
esac
