package audio_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/internal/need"
)

// Packets that are copied follow each other without gap or overlap, however the container rounds their times.
func TestCopiedPacketsMeet(t *testing.T) {
	need.Command(t, "ffmpeg", "ffmpeg")
	wav := beeps(t, 44100, 2, 6)
	for name, k := range map[string]struct {
		args  []string
		codec media.Codec
	}{
		"raw.ac3":       {[]string{"-c:a", "ac3"}, media.CodecAC3},
		"rounded.mkv":   {[]string{"-c:a", "ac3"}, media.CodecAC3},
		"rounded.flv":   {[]string{"-c:a", "libmp3lame"}, media.CodecMP3},
		"holes.mka":     {[]string{"-c:a", "libmp3lame", "-bsf:a", "noise=drop=between(n\\,40\\,60)"}, media.CodecMP3},
		"opus.webm":     {[]string{"-c:a", "libopus"}, media.CodecOpus},
		"with-tags.mp4": {[]string{"-c:a", "aac"}, media.CodecAAC},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			file := filepath.Join(t.TempDir(), name)
			out, err := exec.CommandContext(t.Context(), "ffmpeg", append(append([]string{"-v", "error", "-i", wav}, k.args...), file)...).CombinedOutput()
			require.NoError(t, err, "%s", out)
			tr, err := audio.Open(t.Context(), audio.Options{Source: audio.Source{URL: file}, Copy: true, CopyCodecs: []media.Codec{k.codec}})
			require.NoError(t, err)
			defer tr.Close()
			require.Zero(t, tr.FrameSize(), "it is copied")
			next, packets := int64(-1<<40), 0
			emit := func(p *audio.Packet) error {
				if packets++; packets > 1 {
					require.Equal(t, next, p.PTS())
				}
				next = p.PTS() + p.Duration()
				return nil
			}
			for until := int64(0); until < 5*int64(tr.Rate()); until += 4000 {
				require.NoError(t, tr.Advance(t.Context(), until, emit))
			}
			require.NoError(t, tr.Finish(t.Context(), 5*int64(tr.Rate()), emit))
			require.InDelta(t, 5, float64(next)/float64(tr.Rate()), 0.07)
			require.Greater(t, packets, 100)
		})
	}
}
