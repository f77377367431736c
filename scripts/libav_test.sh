#!/usr/bin/env bash
# shellcheck disable=SC2016 # stubs and eval expand their own variables
# Checks scripts/libav.sh without building FFmpeg: keys, the environment, and what it refuses. Prints one line per check.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
export FRAMEGEAR_CACHE=$WORK/a\ cache
unset FRAMEGEAR_LICENSE

libav() { "$HERE/libav.sh" "$@"; }
ok() { printf 'ok    %s\n' "$1"; }
fail() { printf 'FAIL  %s\n' "$1"; cat "$WORK/said" 2>/dev/null || true; exit 1; }
check() { if "${@:2}"; then ok "$1"; else fail "$1"; fi; }

# refused WORDS: `libav.sh build` ends with 1, says WORDS, and leaves nothing that looks built.
refused() {
	local rc=0
	libav build >"$WORK/said" 2>&1 </dev/null || rc=$?
	[ "$rc" = 1 ] && grep -q "$1" "$WORK/said" && [ ! -e "$(libav prefix)" ]
}

# stub NAME BODY: a command of that name for the script to find first.
stub() {
	mkdir -p "$WORK/stubs"
	printf '#!/bin/sh\n%s\n' "$2" >"$WORK/stubs/$1"
	chmod +x "$WORK/stubs/$1"
}

key=$(libav key)
check "a key is 16 hexadecimal digits" grep -qxE '[0-9a-f]{16}' <<<"$key"
check "a key is the same every time" [ "$(libav key)" = "$key" ]
check "another licence is another key" [ "$(FRAMEGEAR_LICENSE=lgpl libav key)" != "$key" ]
check "a key does not depend on where the cache is" [ "$(FRAMEGEAR_CACHE=$WORK/b libav key)" = "$key" ]
check "an unknown licence is refused" eval '! FRAMEGEAR_LICENSE=bsd libav build 2>"$WORK/said" && grep -q "gpl or lgpl" "$WORK/said"'

env=$(libav env)
check "the environment survives eval with a blank in the cache's path" \
	[ "$(eval "$env" && echo "$PKG_CONFIG_PATH")" = "$(libav prefix)/lib/pkgconfig" ]
check "the key is part of what cgo compiles with" [ "$(eval "$env" && echo "$CGO_CFLAGS" | grep -c "$key")" = 1 ]

tarball=$FRAMEGEAR_CACHE/src/ffmpeg-$(sed -n 's/^VERSION=//p' "$HERE/libav.sh").tar.xz
mkdir -p "$(dirname "$tarball")"
echo "not FFmpeg" >"$tarball"
check "a tarball in the cache with the wrong hash is refused" refused "wrong SHA-256"
check "the wrong tarball is left for a person to look at" [ -e "$tarball" ]
rm "$tarball"

PATH=$WORK/stubs:$PATH
# The stubs find the file to write as the word after --output.
stub curl 'while [ "$1" != --output ]; do shift; done; echo "not FFmpeg" >"$2"'
stub apt-get 'exit 100'
check "a download with the wrong hash is refused" refused "wrong SHA-256"
check "nothing of a refused download stays" [ -z "$(ls -A "$FRAMEGEAR_CACHE/src")" ]

stub curl 'exit 7'
check "where nothing can be reached, it says where to put the tarball" refused "put the tarball at $tarball"

prefix=$(libav prefix)
mkdir -p "$prefix"
touch "$prefix/.ready"
check "a build that is in the cache is not made again" eval 'libav build 2>"$WORK/said" && grep -q "is in the cache" "$WORK/said"'
