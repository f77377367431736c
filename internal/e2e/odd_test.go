package e2e_test

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/referee"
)

// make lets ffmpeg make the input.
func (o *odd) make(t *testing.T) string {
	t.Helper()
	orElse := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	args := strings.Fields(o.before)
	args = append(args, "-f", "lavfi", "-i", fmt.Sprintf(oddFlash, orElse(o.size, "96x64"), orElse(o.rate, "25")))
	if o.audio != none {
		args = append(append(args, strings.Fields(o.beside)...), "-f", "lavfi", "-i", orElse(o.source, oddTone))
	}
	args = append(args, strings.Fields(o.video)...)
	if o.audio != none {
		args = append(args, strings.Fields(o.audio)...)
	}
	args = append(args, strings.Fields(o.then)...)
	if o.copied == "" {
		return referee.Make(t, o.name, args...)
	}
	whole := referee.Make(t, "whole"+filepath.Ext(o.name), args...)
	second := []string{"-i", whole, "-c", "copy"}
	if strings.HasPrefix(o.copied, "-ss") {
		second = append(strings.Fields(o.copied), second...)
	} else {
		second = append(second, strings.Fields(o.copied)...)
	}
	return referee.Make(t, o.name, second...)
}

// recordOdd makes a presentation of an input as the command does it.
func recordOdd(t *testing.T, file, manifest string) {
	t.Helper()
	in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	o := framegear.Options{
		FrameRate: in.FrameRate(), Timebase: in.Timebase(), Clock: framegear.ClockPTS, Preset: "ultrafast", Filter: in.Upright(),
		Aspect: in.Aspect(), SegmentDuration: 1e9,
	}
	if track, ok := in.Audio(); ok {
		o.Audio = []framegear.AudioTrack{track}
	}
	s, err := framegear.New(manifest, o)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.WriteFrames(t.Context(), in.Frames()))
	require.NoError(t, s.Finish(t.Context()))
}

// A hundred inputs by formula: what comes out has the source's pictures, length, sound and sync, as ffmpeg decodes both.
func TestOddInputs(t *testing.T) {
	referee.Need(t)
	for i, o := range odds() {
		if testing.Short() && i%8 != 0 {
			continue
		}
		t.Run(o.name, func(t *testing.T) {
			file := o.make(t)
			manifest := filepath.Join(t.TempDir(), []string{"x.m3u8", "x.mpd"}[i%2])
			recordOdd(t, file, manifest)
			o.compare(t, look(t, file, o.audio != none), look(t, manifest, o.audio != none))
		})
	}
}

func (o *odd) compare(t *testing.T, from, to seen) {
	t.Helper()
	frame := (from.end - from.pictures[0]) / float64(len(from.pictures))
	if !o.uneven {
		frame = (from.pictures[len(from.pictures)-1] - from.pictures[0]) / float64(len(from.pictures)-1)
	}
	if !o.uneven { // the first one and the last one stand while there is sound
		standing := 0
		if o.audio != none && from.pictures[0] > frame/2 {
			standing += int(math.Ceil(from.pictures[0] / frame))
		}
		if rest := from.heard - from.pictures[len(from.pictures)-1] - frame; rest > 0.09 {
			standing += int(rest/frame + 0.5)
		}
		require.InDelta(t, len(from.pictures)+standing, len(to.pictures), min(1, float64(standing)), "pictures")
	}
	require.NotEmpty(t, from.flashes)
	require.Len(t, to.flashes, len(from.flashes), "flashes: %v", to.flashes)
	for k := range from.flashes {
		require.InDelta(t, from.flashes[k]-from.flashes[0], to.flashes[k]-to.flashes[0], frame/2+0.012, "flash %d", k)
	}
	if o.audio == none {
		require.InDelta(t, from.end-from.pictures[0], to.end-to.pictures[0], frame+0.03, "length")
		return
	}
	require.NotEmpty(t, from.tones)
	require.Len(t, to.tones, len(from.tones), "tones: %v, not %v", to.tones, from.tones)
	for k := range min(len(from.tones), len(from.flashes)) {
		before, after := from.tones[k]-from.flashes[k], to.tones[k]-to.flashes[k]
		require.InDelta(t, before, after, 0.03, "tone %d against its flash", k)
	}
	require.Len(t, to.levels, len(from.levels))
	for k := range from.levels {
		require.InDelta(t, from.levels[k], to.levels[k], 1.5, "level of tone %d", k)
	}
	require.InDelta(t, from.end-from.flashes[0], to.end-to.flashes[0], frame+0.06, "length")
}

// The same, with packets that are passed on as they are.
func TestOddCopies(t *testing.T) {
	referee.Need(t)
	for i, o := range odds() {
		copies := strings.Contains(o.video, "libx26") || strings.Contains(o.video, "vp9")
		if !copies || strings.Contains(o.name, "trimmed") || strings.Contains(o.name, "early") || testing.Short() && i%8 != 0 {
			continue // what an edit list hides is seen, and nothing stands before the first picture
		}
		t.Run(o.name, func(t *testing.T) {
			file := o.make(t)
			manifest := filepath.Join(t.TempDir(), "x.m3u8") // ffmpeg reads an MPD to the end of the shorter track
			passOn(t, file, manifest)
			from, to := look(t, file, o.audio != none), look(t, manifest, o.audio != none)
			require.Len(t, to.pictures, len(from.pictures), "pictures")
			o.uneven = true
			o.compare(t, from, to)
		})
	}
}

// passOn copies an input as the command does it.
func passOn(t *testing.T, file, manifest string) {
	t.Helper()
	in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	o := framegear.Options{SegmentDuration: 1e9}
	if track, ok := in.Audio(); ok {
		track.Copy = true
		o.Audio = []framegear.AudioTrack{track}
	}
	s, err := framegear.New(manifest, o)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.Copy(t.Context(), in))
	require.NoError(t, s.Finish(t.Context()))
}
