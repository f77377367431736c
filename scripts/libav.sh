#!/usr/bin/env bash
# shellcheck disable=SC2016 # apt and pkg-config expand their own variables
# Builds the pinned FFmpeg libraries (static, symbols hidden) into a cache outside the tree.
#
#   scripts/libav.sh build     build unless the cache has this key already
#   scripts/libav.sh env       print the exports that `go build` needs (for eval)
#   scripts/libav.sh key       print the cache key
#   scripts/libav.sh prefix    print where this key's build is or will be
#
# FRAMEGEAR_CACHE   cache folder (default: ${XDG_CACHE_HOME:-~/.cache}/framegear)
# FRAMEGEAR_LICENSE gpl (default, with x264 and x265) or lgpl (without them)
set -euo pipefail

VERSION=9.0.2
SHA256=8c3850283eb25fa026482078a04051e0be17347b09ef81a0849bec15a96e002e
UPSTREAM=https://ffmpeg.org/releases/ffmpeg-$VERSION.tar.xz
# Raised whenever the steps below change what ends up in the cache.
RECIPE=1
# The suite of the Debian source archive that carries the same tarballs.
DEBIAN_SUITE=forky

# What NVENC and CUDA are compiled with: headers alone. The driver's own libraries are opened when they are needed.
NVIDIA_VERSION=12.1.14.0
NVIDIA_SHA256=0ca1a0c85b149646fa6ce4d600584507fdccf5a23d58e668d8701e89cee0c3fb

LICENSE=${FRAMEGEAR_LICENSE:-gpl}
CACHE=${FRAMEGEAR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/framegear}

say() { printf 'libav: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

case $LICENSE in
gpl | lgpl) ;;
*) die "FRAMEGEAR_LICENSE is \"$LICENSE\"; it is gpl or lgpl" ;;
esac

configure_flags() {
	# Programs and documentation are never used. All decoders, demuxers, filters and protocols stay:
	# whatever a person gives as input should open. Encoders and muxers are only what Framegear offers.
	printf '%s\n' \
		--disable-programs --disable-doc --disable-shared --enable-static --enable-pic \
		--disable-autodetect --enable-zlib --enable-version3 --enable-openssl \
		--enable-libopus --enable-libsvtav1 --enable-libdav1d --enable-vaapi --enable-libdrm --enable-alsa \
		--enable-v4l2-m2m --enable-ffnvcodec --enable-cuda --enable-nvenc \
		--disable-encoders \
		--enable-encoder=aac,libopus,libsvtav1,h264_vaapi,hevc_vaapi,av1_vaapi,vp9_vaapi,h264_v4l2m2m,hevc_v4l2m2m \
		--enable-encoder=h264_nvenc,hevc_nvenc,av1_nvenc \
		--enable-encoder=mjpeg,png,rawvideo,ffv1,pcm_s16le,pcm_f32le,wrapped_avframe \
		--disable-muxers \
		--enable-muxer=dash,hls,mp4,mov,mpegts,adts,matroska,nut,wav,rawvideo,null,framecrc \
		--disable-outdevs \
		--extra-cflags=-fvisibility=hidden
	# Scaling on an NVIDIA GPU is the one thing that takes a compiler for GPUs: without it pictures are scaled in memory.
	if command -v clang >/dev/null; then echo --enable-cuda-llvm; fi
	case $LICENSE in
	gpl) printf '%s\n' --enable-gpl --enable-libx264 --enable-libx265 --enable-encoder=libx264,libx264rgb,libx265 ;;
	lgpl) ;;
	esac
}

# Everything that changes the archives' bytes is in the key: version, flags, recipe, the compiler and the codec libraries.
key() {
	{
		echo "$VERSION $SHA256 $NVIDIA_VERSION"
		configure_flags
		echo "recipe $RECIPE"
		cc -dumpfullversion -dumpmachine 2>/dev/null || true
		for p in x264 x265 SvtAv1Enc dav1d opus openssl libva libdrm alsa ffnvcodec; do
			echo "$p $(pkg-config --modversion "$p" 2>/dev/null || echo none)"
		done
		openssl_private
	} | sha256sum | cut -c1-16
}

prefix() { echo "$CACHE/libav/$VERSION-$LICENSE-$(key)"; }

print_env() {
	local p
	p=$(prefix)
	# The define makes a changed libav a changed cgo input: Go's build cache does not look into archives.
	printf 'export PKG_CONFIG_PATH=%q\n' "$p/lib/pkgconfig"
	printf 'export CGO_CFLAGS=%q\n' "-g -O2 -DFRAMEGEAR_LIBAV=0x$(key)"
}

has_sha() { [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status; }

# fetch_upstream URL SHA256 FILE: a release tarball from its home.
fetch_upstream() {
	[ -n "$1" ] && command -v curl >/dev/null || return 1
	say "downloading $1"
	curl --fail --location --silent --show-error --connect-timeout 10 --speed-limit 1000 --speed-time 30 --retry 2 \
		--output "$3" "$1" || return 1
	has_sha "$3" "$2" || { rm -f "$3"; die "the downloaded tarball has the wrong SHA-256 (wanted $2): refused"; }
}

# fetch_debian PACKAGE VERSION SHA256 FILE: the same tarball from the Debian source archive, through the mirror that this machine's apt
# uses. A private apt state keeps the machine's own lists and sources untouched.
fetch_debian() {
	command -v apt-get >/dev/null || return 1
	local mirror state found uri name sum
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 2>/dev/null | grep -v security | sort -u | head -1)
	[ -n "$mirror" ] || return 1
	state=$(mktemp -d) && mkdir -p "$state"/{lists/partial,cache/archives/partial,parts}
	chmod -R a+rX "$state"
	echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $DEBIAN_SUITE main" >"$state/sources.list"
	local opt=(-o Dir::State::Lists="$state/lists" -o Dir::Cache="$state/cache" -o Dir::Etc::SourceList="$state/sources.list"
		-o Dir::Etc::SourceParts="$state/parts" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root
		-o Acquire::Languages=none
		-o Acquire::Check-Valid-Until=false) # an old mirror will do: the hash decides, and the index is signed
	say "fetching the source package index ($DEBIAN_SUITE) through apt"
	apt-get "${opt[@]}" -qq update || { rm -rf "$state"; return 1; }
	found=$(cd "$state" && apt-get "${opt[@]}" source --print-uris --only-source "$1" 2>/dev/null |
		grep -E "orig\.tar\.xz' ")
	read -r uri name _ sum <<<"$(echo "$found" | tr -d "'" | head -1)"
	[ -n "${uri:-}" ] || { rm -rf "$state"; return 1; }
	case $sum in SHA256:*) ;; *) sum= ;; esac
	if [ "$name" != "$1_$2.orig.tar.xz" ]; then
		case $name in
		"$1_${2%%.*}".*) say "note: the archive has moved on to $name; taking it (apt's signature vouches for it)" ;;
		*) rm -rf "$state"; die "the archive has $name, not $1 ${2%%.*}: refused" ;;
		esac
	fi
	say "fetching $name through apt"
	/usr/lib/apt/apt-helper "${opt[@]}" download-file "$uri" "$4" ${sum:+"$sum"} >/dev/null || { rm -rf "$state"; return 1; }
	rm -rf "$state"
	if [ "$name" = "$1_$2.orig.tar.xz" ]; then
		has_sha "$4" "$3" || { rm -f "$4"; die "the tarball has the wrong SHA-256 (wanted $3): refused"; }
	elif [ -z "$sum" ]; then
		rm -f "$4"; die "apt gave no checksum for $name: refused"
	fi
}

# tarball PACKAGE VERSION SHA256 URL: prints where the source is, fetched unless the cache has it.
tarball() {
	local t=$CACHE/src/$1-$2.tar.xz
	mkdir -p "$CACHE/src"
	rm -f "$CACHE"/src/*.part.* # what an interrupted download left behind
	if has_sha "$t" "$3"; then echo "$t"; return; fi
	[ ! -e "$t" ] || die "$t has the wrong SHA-256 (wanted $3): refused; remove it to fetch it again"
	local part=$t.part.$$
	fetch_upstream "$4" "$3" "$part" || fetch_debian "$1" "$2" "$3" "$part" ||
		die "neither ${4:-the home of $1} nor the Debian source archive can be reached; put the tarball at $t and try again"
	# A later one from the archive keeps its own name, so that the pinned name always means the pinned bytes.
	if has_sha "$part" "$3"; then mv "$part" "$t"; else t=$CACHE/src/$1-latest.tar.xz; mv "$part" "$t"; fi
	echo "$t"
}

# nvidia_headers DIR: makes sure that FFmpeg's configure finds headers that it takes: the system's, else ours in DIR.
nvidia_headers() {
	local t
	if pkg-config --exists "ffnvcodec >= $NVIDIA_VERSION" 2>/dev/null; then return; fi
	t=$(tarball nv-codec-headers "$NVIDIA_VERSION" "$NVIDIA_SHA256" "")
	mkdir -p "$1/source"
	tar -xf "$t" -C "$1/source" --strip-components=1
	make -C "$1/source" -s install PREFIX="$1" >/dev/null
	export PKG_CONFIG_PATH=$1/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
}

# Static archives where the system has them, so that the binary carries its codecs.
# The rest (drivers' loaders, libstdc++) stays dynamic on purpose: VA-API and ALSA load plug-ins of the machine.
static_or_l() {
	local a
	for l in "$@"; do
		a=$(cc -print-file-name="lib$l.a")
		if [ -f "$a" ]; then printf ' %s' "$a"; else printf ' -l%s' "$l"; fi
	done
}

# What OpenSSL's static archives need besides zlib: compression on Debian 13, nothing on Debian 12.
openssl_private() {
	pkg-config --static --libs-only-l openssl 2>/dev/null | tr ' ' '\n' | sed -n 's/^-l//p' | grep -vxE 'ssl|crypto|z|dl|pthread' | sort -u || true
}

write_pkgconfig() {
	local out=$1/lib/pkgconfig libs l version
	libs=' ${libdir}/libavdevice.a ${libdir}/libavfilter.a ${libdir}/libavformat.a ${libdir}/libavcodec.a'
	libs+=' ${libdir}/libswresample.a ${libdir}/libswscale.a ${libdir}/libavutil.a'
	[ "$LICENSE" = lgpl ] || libs+=$(static_or_l x264 x265)
	# shellcheck disable=SC2046 # one word for each library
	libs+="$(static_or_l dav1d opus ssl crypto z $(openssl_private)) -lSvtAv1Enc -lva -lva-drm -ldrm -lasound"
	[ "$LICENSE" = lgpl ] || libs+=" -lnuma -lstdc++"
	libs+=" -lpthread -lm -ldl"
	# One line for all seven: link order is then right whichever of them a package names, also without --static.
	for l in libavdevice libavfilter libavformat libavcodec libswresample libswscale libavutil; do
		version=$(sed -n 's/^Version: *//p' "$out/$l.pc") # before the file is opened for writing
		cat >"$out/$l.pc" <<-PC
			prefix=$2
			libdir=\${prefix}/lib
			includedir=\${prefix}/include

			Name: $l
			Description: FFmpeg $VERSION for Framegear
			Version: $version
			Libs:$libs
			Cflags: -I\${includedir}
		PC
	done
}

build() {
	local p work t started
	p=$(prefix)
	if [ -f "$p/.ready" ]; then say "FFmpeg $VERSION is in the cache ($p)"; return; fi
	mkdir -p "$CACHE/libav"
	exec 9>"$CACHE/libav/.lock"
	if command -v flock >/dev/null && ! flock --nonblock 9; then
		say "another build is running; waiting for it"
		flock 9
		if [ -f "$p/.ready" ]; then say "FFmpeg $VERSION is in the cache ($p)"; return; fi
	fi
	t=$(tarball ffmpeg "$VERSION" "$SHA256" "$UPSTREAM")
	# What an interrupted build left behind goes. Its compilers may still run for a moment after a kill, so this one has a folder of its own.
	rm -rf "$p" "$CACHE"/libav/.work-* 2>/dev/null || true
	work=$(mktemp -d "$CACHE/libav/.work-XXXXXX")
	say "building FFmpeg $VERSION ($LICENSE) with $(nproc) jobs: 5 to 10 minutes on two cores, once; log: $CACHE/libav/build.log"
	started=$(date +%s)
	nvidia_headers "$work/nvidia"
	(
		cd "$work"
		tar -xf "$t" --strip-components=1
		mapfile -t flags < <(configure_flags)
		./configure --prefix="$p" "${flags[@]}"
		make -j"$(nproc)"
		make install DESTDIR="$work/root"
	) >"$CACHE/libav/build.log" 2>&1 9>&- || {
		tail -n 25 "$CACHE/libav/build.log" >&2
		[ ! -f "$work/ffbuild/config.log" ] || tail -n 15 "$work/ffbuild/config.log" >&2
		die "the build broke; the whole log is $CACHE/libav/build.log"
	}
	write_pkgconfig "$work/root$p" "$p"
	configure_flags | tr '\n' ' ' >"$work/root$p/configuration"
	touch "$work/root$p/.ready"
	mkdir -p "$(dirname "$p")" && mv "$work/root$p" "$p" # the rename makes it whole or absent
	rm -rf "$work"
	say "built in $(($(date +%s) - started)) s: $p"
}

case ${1:-build} in
build) build ;;
env) print_env ;;
key) key ;;
prefix) prefix ;;
*) die "usage: libav.sh build|env|key|prefix" ;;
esac
