#!/usr/bin/env bash
# Fetches the players of the page, hls.js and dash.js, at the exact versions of scripts/players/package-lock.json, into the cache
# and from there into a folder. Does nothing when they are there already.
#
#   scripts/players.sh               into internal/origin/page/vendor, where go:embed finds them
#   scripts/players.sh DIR           into DIR, for HandlerOptions.Players
#   scripts/players.sh --clean [DIR] remove them from there; the cache stays
#
# npm asks the registry that it is configured with. FRAMEGEAR_CACHE as in scripts/libav.sh.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${FRAMEGEAR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/framegear}/players
FILES=(hls.min.js hls.LICENSE.txt dash.all.min.js dash.LICENSE.txt)

say() { printf 'players: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# What is in the cache is right when it was made from this lock file by this script.
wanted() { cat "$HERE/players/package-lock.json" "$HERE/players.sh" | sha256sum | cut -c1-16; }

# up_to_date FOLDER: it has all files, of the wanted versions.
up_to_date() {
	local f
	for f in "${FILES[@]}"; do [ -s "$1/$f" ] || return 1; done
	[ "$(cat "$1/.fetched" 2>/dev/null)" = "$(wanted)" ]
}

clean() {
	local f
	for f in "${FILES[@]}" .fetched; do rm -f "$1/$f"; done
}

# install_into FOLDER: the packages of the lock file, none of whose scripts are run.
install_into() {
	cp "$HERE/players/package.json" "$HERE/players/package-lock.json" "$1"
	chmod u+w "$1"/*.json # Go's module cache is read-only
	npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || die "npm could not fetch the players"
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

# bundle NODE_MODULES FOLDER: the two bundles and their licences. The lines that name source maps go: no maps are served.
bundle() {
	sed '/^\/\/# sourceMappingURL=/d' "$1/hls.js/dist/hls.min.js" >"$2/hls.min.js"
	cp "$1/hls.js/LICENSE" "$2/hls.LICENSE.txt"
	sed '/^\/\/# sourceMappingURL=/d' "$1/dashjs/dist/modern/umd/dash.all.min.js" >"$2/dash.all.min.js"
	dash_licences "$1" >"$2/dash.LICENSE.txt"
	chmod 644 "${FILES[@]/#/$2/}"
}

# fetch FOLDER: makes a folder of the cache, whole or not at all.
fetch() {
	command -v npm >/dev/null || die "npm is missing (Debian: apt-get install npm)"
	mkdir -p "$CACHE"
	WORK=$(mktemp -d "$CACHE/.work-XXXXXX")
	trap 'rm -rf "$WORK"' EXIT
	mkdir "$WORK/npm" "$WORK/whole"
	install_into "$WORK/npm"
	bundle "$WORK/npm/node_modules" "$WORK/whole"
	wanted >"$WORK/whole/.fetched"
	rm -rf "$1"
	mv -T "$WORK/whole" "$1" 2>/dev/null || up_to_date "$1" || die "$1 cannot be written" # another run may have been first
}

# put FOLDER: the players, fetched unless the cache has them.
put() {
	local kept f
	if up_to_date "$1"; then return; fi
	kept=$CACHE/$(wanted)
	up_to_date "$kept" || fetch "$kept"
	mkdir -p "$1"
	for f in "${FILES[@]}" .fetched; do cp "$kept/$f" "$1/$f"; done
	say "put $(cd "$1" && du -ch "${FILES[@]}" | tail -n 1 | cut -f1) into $1"
}

# The folder of this tree when none is given.
vendor() { (cd "$HERE/../internal/origin/page/vendor" && pwd); }

case ${1:-} in
--clean) clean "${2:-$(vendor)}" ;;
-*) die "usage: players.sh [--clean] [DIR]" ;;
*) put "${1:-$(vendor)}" ;;
esac
