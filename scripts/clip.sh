#!/usr/bin/env bash
# Makes testdata/clip.mp4 again: Framegear's own moving pattern with a sine tone. Needs `make build` and Debian's ffmpeg.
# The pattern is drawn and encoded by bin/framegear; ffmpeg only adds the tone and puts both into one file.
set -euo pipefail

cd "$(dirname "$0")/.."
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
bin/framegear stream test: --size 640x360 --fps 30 --duration 8s --rung source@220k --preset veryslow \
	--segment 8s --gop 2s --format hls --quiet -o "$WORK/"
cat "$WORK/v0/init.mp4" "$WORK/v0/1.m4s" >"$WORK/picture.mp4"
ffmpeg -loglevel error -nostdin -y -i "$WORK/picture.mp4" -f lavfi -i "sine=frequency=440:beep_factor=2:sample_rate=48000:duration=8" \
	-c:v copy -c:a aac -b:a 48k -ac 2 -fflags +bitexact -flags:a +bitexact -map_metadata -1 -movflags +faststart testdata/clip.mp4
ls -l testdata/clip.mp4
