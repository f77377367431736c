package framegear_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/manifest/validate"
)

// copied passes an input's packets on, sound included, and returns the manifest.
func copied(t *testing.T, file string) (manifest string, s *framegear.Stream) {
	t.Helper()
	in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	o := framegear.Options{}
	if track, ok := in.Audio(); ok {
		track.Copy = true
		o.Audio = []framegear.AudioTrack{track}
	}
	manifest = filepath.Join(t.TempDir(), "x.m3u8")
	s, err = framegear.New(manifest, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Copy(t.Context(), in))
	require.NoError(t, s.Finish(t.Context()))
	return manifest, s
}

// What comes out of a copy is described as it is: no picture and no sound is lost, and both are where they were.
func TestCopyForms(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	const (
		pictures = "-f lavfi -i testsrc2=r=25:s=64x48 "
		sound    = "-f lavfi -i sine "
		avc      = " -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac "
		hevc     = " -c:v libx265 -preset ultrafast -pix_fmt yuv420p -c:a aac -tag:v hvc1 -x265-params "
	)
	for _, c := range []struct {
		name, make string
		pictures   int64
		from, to   float64 // of the sound, without its priming
		segments   int
	}{
		{"long.mp4", pictures + sound + "-t 12" + avc, 300, 0, 12, 2},
		{"open.mp4", pictures + sound + "-t 8" + hevc + "log-level=error:keyint=50:min-keyint=50:open-gop=1:bframes=3:scenecut=0", 200, 0, 8, 4},
		{"reordered.mkv", pictures + sound + "-t 6" + avc + "-g 50", 150, 0, 6, 3},
		{"open.mkv", "-f lavfi -i testsrc2=r=30000/1001:s=64x48 " + sound + "-t 6" + avc + "-g 60 -x264-params open-gop=1", 180, 0, 6, 3},
		{"uneven.mp4", pictures + sound + "-t 8 -vf select=lt(mod(n\\,7)\\,5) -fps_mode vfr" + avc + "-g 30", 144, 0, 8, 4},
		{"late.mp4", pictures + "-itsoffset 2 -f lavfi -i sine=d=4 -t 6" + avc + "-g 50", 150, 2, 6, 3},
		{"lasting.mp4", "-f lavfi -i testsrc2=r=25:s=64x48:d=4 -f lavfi -i sine=d=7" + avc + "-g 25", 100, 0, 7, 2},
		{"short.mp4", "-f lavfi -i testsrc2=r=25:s=64x48:d=8 -f lavfi -i sine=d=3" + avc + "-g 50", 200, 0, 3, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := referee.Make(t, c.name, words(c.make)...)
			manifest, s := copied(t, file)
			require.Equal(t, c.pictures, s.Stats().FramesOut)
			report, err := validate.Check(t.Context(), manifest, validate.Options{})
			require.NoError(t, err)
			require.Zero(t, report.Errors(), "%v", report.Findings)
			require.Equal(t, c.segments, report.Summary.Tracks[0].Listed)

			decoded := referee.Presentation(t, manifest, 8000)
			shown, heard := timesOf(t, decoded)
			require.Len(t, shown, int(c.pictures))
			for i := range shown[1:] {
				require.Greater(t, shown[i+1], shown[i])
			}
			require.InDelta(t, c.from, heard[0]-shown[0], 0.025)
			require.InDelta(t, c.to, heard[1]-shown[0], 0.05)
		})
	}
}

// timesOf reads what referee.Presentation made: the times of all pictures, and where the sound begins and ends.
func timesOf(t *testing.T, file string) (shown []float64, heard [2]float64) {
	t.Helper()
	in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{CutSound: true})
	require.NoError(t, err)
	defer in.Close()
	for f, err := range in.Frames() {
		require.NoError(t, err)
		shown = append(shown, in.Timebase().Seconds(f.PTS))
	}
	from, to := referee.Span(t, file)
	return shown, [2]float64{from, to}
}

// Sound that is copied and begins after the last picture gives nothing. The pictures are listed all the same.
func TestCopiedSoundThatNeverBegins(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	for _, name := range []string{"x.m3u8", "x.mpd"} {
		t.Run(name, func(t *testing.T) {
			file := referee.Make(t, "late.mp4", words("-f lavfi -i sine=d=4:r=48000 -c:a aac")...)
			manifest := filepath.Join(t.TempDir(), name)
			s, err := framegear.New(manifest, framegear.Options{
				FrameRate: framegear.FPS(25),
				Audio:     []framegear.AudioTrack{{Source: file, Copy: true, Offset: 2 * time.Second}},
			})
			require.NoError(t, err)
			defer s.Close()
			for range 25 {
				require.NoError(t, s.WriteFrame(framegear.BGR(make([]byte, 64*48*3), 64, 48)))
			}
			require.NoError(t, s.Finish(t.Context()))
			report, err := validate.Check(t.Context(), manifest, validate.Options{})
			require.NoError(t, err)
			require.Zero(t, report.Errors(), "%v", report.Findings)
			require.Len(t, report.Summary.Tracks, 1)
		})
	}
}
