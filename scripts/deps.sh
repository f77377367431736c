#!/usr/bin/env bash
# Installs the Debian packages that Framegear needs and that this machine lacks (bookworm and trixie).
#
#   scripts/deps.sh build          what libav and the binary are built with
#   scripts/deps.sh test           what the tests use besides: another decoder, a browser, the players' package manager
#   scripts/deps.sh build test     both
#   scripts/deps.sh opencv         OpenCV, for the build tag opencv (big)
#   scripts/deps.sh --print GROUP  print the command only, and nothing when nothing is missing
#
# As root or where sudo asks no questions it installs; elsewhere it prints the command and ends with 1.
set -euo pipefail

# A word is a package, or package=command where any provider of the command is good enough.
BUILD=("gcc=gcc" "g++=g++" libc6-dev "make=make" "git=git" "curl=curl" "xz-utils=xz" "util-linux=flock" ca-certificates
	"nasm=nasm" "pkg-config=pkg-config"
	libx264-dev libx265-dev libnuma-dev libsvtav1enc-dev libdav1d-dev libopus-dev
	libva-dev libdrm-dev libasound2-dev libssl-dev libzstd-dev zlib1g-dev)
OPENCV=(libopencv-dev)
TEST=("ffmpeg=ffprobe" "chromium=chromium" fonts-dejavu-core "npm=npm")

say() { printf 'deps: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# missing WORD...: the packages among them that have to be installed.
missing() {
	local w
	for w in "$@"; do
		case $w in
		*=*) command -v "${w#*=}" >/dev/null || echo "${w%%=*}" ;;
		*) installed "$w" || echo "$w" ;;
		esac
	done
}

# as_root prints what to put before a command that needs root, or fails.
as_root() {
	if [ "$(id -u)" = 0 ]; then return; fi
	command -v sudo >/dev/null && sudo --non-interactive true 2>/dev/null && echo sudo
}

install() {
	local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0) log sudo
	sudo=$(as_root) || {
		say "missing: $*"
		die "not root, and sudo wants a password; please run: sudo apt-get update && sudo apt-get install --no-install-recommends $*"
	}
	say "installing through apt: $*"
	log=$(mktemp)
	# shellcheck disable=SC2086 # $sudo is one word or none
	if ! { $sudo "${apt[@]}" update && $sudo "${apt[@]}" install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		die "apt could not install: $*"
	fi
	rm -f "$log"
	say "installed"
}

main() {
	local words=() print='' need
	while [ $# -gt 0 ]; do
		case $1 in
		--print) print=1 ;;
		build) words+=("${BUILD[@]}") ;;
		test) words+=("${TEST[@]}") ;;
		opencv) words+=("${OPENCV[@]}") ;;
		*) die "unknown group \"$1\" (want build, test or opencv)" ;;
		esac
		shift
	done
	[ ${#words[@]} -gt 0 ] || die "which group? (build, test, opencv)"
	command -v dpkg-query >/dev/null || die "this is not Debian; the packages are: ${words[*]%%=*}"
	mapfile -t need < <(missing "${words[@]}")
	[ ${#need[@]} -gt 0 ] || return 0
	if [ -n "$print" ]; then
		echo "apt-get install --no-install-recommends ${need[*]}"
		return 0
	fi
	install "${need[@]}"
}

main "$@"
