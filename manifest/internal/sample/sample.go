// Package sample makes presentations for tests: a ladder of two H.264 renditions with AAC sound, as a muxer would describe it.
package sample

import (
	"encoding/hex"
	"time"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
)

// Start is the wall clock of media time zero in all samples.
var Start = time.Date(2026, 5, 1, 10, 0, 0, 123_000_000, time.UTC)

func fromHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// Decoder configurations as libav gives them.
var (
	AVC = fromHex("0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000668ebe3cb22c0fdf8f800")
	AAC = fromHex("119056e500") // AAC-LC 48 kHz stereo
)

// Video is an H.264 rendition at 30 frames per second.
func Video(width, height int, bitrate int64) media.CodecParameters {
	return media.CodecParameters{
		Kind: media.KindVideo, Codec: media.CodecH264, Extradata: AVC, Bitrate: bitrate, Width: width, Height: height,
		FrameRate: media.Rate{Num: 30, Den: 1}, BitDepth: 8, Color: media.OutputColor(height),
	}
}

// Audio is stereo AAC at 48 kHz.
func Audio() media.CodecParameters {
	return media.CodecParameters{Kind: media.KindAudio, Codec: media.CodecAAC, Extradata: AAC, Bitrate: 128_000, SampleRate: 48_000, Channels: 2}
}

// Track is an empty fMP4 track with the usual paths.
func Track(id string, c media.CodecParameters, timescale int64) manifest.Track {
	return manifest.Track{
		ID: id, Params: c, Timescale: timescale, Init: id + "/init.mp4", Playlist: id + "/index.m3u8",
		SegmentTemplate: id + "/$Number$.m4s",
	}
}

// Fill appends segments number first to last of two seconds: exactly in video, in whole frames of sound otherwise.
func Fill(t *manifest.Track, first, last int64) {
	for n := first; n <= last; n++ {
		t.Segments = append(t.Segments, segment(t, n))
	}
}

func segment(t *manifest.Track, n int64) manifest.Segment {
	start, end := 2*t.Timescale*(n-1), 2*t.Timescale*n
	frame := t.Timescale / 30
	if t.Params.Kind == media.KindAudio {
		frame = 1024
		start, end = start/frame*frame, end/frame*frame
	}
	return manifest.Segment{
		Number: n, Start: start, Duration: end - start, Frames: int((end - start) / frame),
		Bytes: t.Params.Bitrate / 4, URI: manifest.SegmentURI(t.SegmentTemplate, n),
	}
}

// Cut gives a segment parts of the length in ticks, all but the first number of frames dropped when open is set.
func Cut(s *manifest.Segment, length int64, video bool) {
	for at, i := s.Start, 0; at < s.End(); i++ {
		d := min(length, s.End()-at)
		s.Parts = append(s.Parts, manifest.Part{
			URI: manifest.PartURI(s.URI, i), Start: at, Duration: d, Bytes: 1000, Independent: i == 0 || !video,
		})
		at += d
	}
}

// Ladder is two renditions and a sound track with segments first to last.
func Ladder(state manifest.State, first, last int64) *manifest.Presentation {
	p := &manifest.Presentation{
		State: state, Start: Start, Published: Start.Add(time.Duration(last) * 2 * time.Second), SegmentDuration: 2 * time.Second,
		Tracks: []manifest.Track{
			Track("v0", Video(1280, 720, 2_500_000), 90_000),
			Track("v1", Video(640, 360, 800_000), 90_000),
			Track("a0", Audio(), 48_000),
		},
	}
	for i := range p.Tracks {
		t := &p.Tracks[i]
		t.Rate = manifest.BitRate{Peak: t.Params.Bitrate * 11 / 10, Average: t.Params.Bitrate}
		Fill(t, first, last)
	}
	p.Tracks[2].Language, p.Tracks[2].Label, p.Tracks[2].Default = "en", "English", true
	return p
}

// LowLatency is a live ladder with parts of 200 ms, of which the segment after last has three.
func LowLatency(first, last int64) *manifest.Presentation {
	p := Ladder(manifest.StateLive, first, last)
	p.PartDuration, p.Window = 200*time.Millisecond, 20*time.Second
	p.TargetLatency, p.UTCTiming = 800*time.Millisecond, "time"
	p.Tracks[2].PartDuration = 192 * time.Millisecond
	for i := range p.Tracks {
		t := &p.Tracks[i]
		video := t.Params.Kind == media.KindVideo
		length := t.Timebase().Ticks(t.PartTarget(p))
		for k := range t.Segments {
			Cut(&t.Segments[k], length, video)
		}
		open := segment(t, last+1)
		Cut(&open, length, video)
		open.Parts = open.Parts[:3]
		open.Duration, open.Bytes = 0, 0
		t.Open = &open
	}
	return p
}
