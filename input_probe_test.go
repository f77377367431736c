package framegear_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/manifest/validate"
)

// words are arguments of ffmpeg without quotes in them.
func words(s string) []string { return strings.Fields(s) }

// streamed makes a recording of an input, as the command does it, and returns what there is and how many pictures were written.
func streamed(t *testing.T, file string) (*validate.Report, int64) {
	t.Helper()
	in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	o := framegear.Options{
		FrameRate: in.FrameRate(), Timebase: in.Timebase(), Clock: framegear.ClockPTS, Preset: "ultrafast", Filter: in.Upright(),
	}
	manifest := filepath.Join(t.TempDir(), "x.mpd")
	s, err := framegear.New(manifest, o)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.WriteFrames(t.Context(), in.Frames()))
	require.NoError(t, s.Finish(t.Context()))
	report, err := validate.Check(t.Context(), manifest, validate.Options{})
	require.NoError(t, err)
	require.Zero(t, report.Errors(), "%v", report.Findings)
	return report, s.Stats().FramesOut
}

// Rates that hold every time of a container are none of pictures; what pictures have is found, and the last one stands as long as it says.
func TestRateOfInput(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	const shaking = "settb=1/1000,setpts=PTS+(random(0)-0.5)*8"
	for _, c := range []struct {
		name, make string
		rate       framegear.Rate
		pictures   int64
		seconds    float64
	}{
		{"two.gif", "-f lavfi -i testsrc2=r=1:s=32x32 -frames:v 2", framegear.FPS(1), 2, 2},
		{"two.apng", "-f lavfi -i testsrc2=r=1:s=32x32 -frames:v 2 -f apng", framegear.FPS(1), 2, 2},
		{"browser.webm", "-f lavfi -i testsrc2=r=30:s=32x32:d=3 -vf " + shaking +
			" -fps_mode passthrough -enc_time_base 1/1000 -c:v libvpx -deadline realtime -cpu-used 8", framegear.FPS(30), 90, 3},
		{"phone.mp4", "-f lavfi -i testsrc2=r=30:s=32x32:d=2 -vf settb=1/600,setpts=if(eq(N\\,0)\\,0\\,PREV_OUTPTS+if(lt(mod(N\\,20)\\,14)\\,20\\,25))" +
			" -fps_mode passthrough -enc_time_base 1/600 -c:v libx264 -preset ultrafast -pix_fmt yuv420p", framegear.FPS(30), 65, 2.167},
		{"fast.mp4", "-f lavfi -i testsrc2=r=240:s=32x32:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p", framegear.FPS(240), 240, 1},
		{"plain.mkv", "-f lavfi -i testsrc2=r=24000/1001:s=32x32 -frames:v 48 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
			framegear.Rate{Num: 24000, Den: 1001}, 48, 2.002},
	} {
		file := referee.Make(t, c.name, words(c.make)...)
		in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
		require.NoError(t, err, c.name)
		require.Equal(t, c.rate, in.FrameRate(), c.name)
		require.NoError(t, in.Close())
		report, pictures := streamed(t, file)
		slack := 0.0
		if strings.Contains(c.make, shaking) { // its last picture may be early
			slack = 1
		}
		require.InDelta(t, c.pictures, pictures, slack, c.name)
		require.InDelta(t, c.seconds, report.Summary.Seconds, 0.005+slack/c.rate.Float(), c.name)
	}
}

// What cannot be decoded is said to be so: pictures by an error, sound by a warning.
func TestUnknownCodecs(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	whole, err := os.ReadFile(referee.Make(t, "x.mp4", words("-f lavfi -i testsrc2=r=25:s=32x32:d=1 -f lavfi -i sine=d=1 -c:v libx264 -preset ultrafast"+
		" -pix_fmt yuv420p -c:a flac -strict -2")...))
	require.NoError(t, err)
	renamed := func(codec string) string {
		file := filepath.Join(t.TempDir(), "x.mp4")
		require.NoError(t, os.WriteFile(file, bytes.ReplaceAll(whole, []byte(codec), []byte("xyz9")), 0o600))
		return file
	}
	_, err = framegear.OpenInput(t.Context(), renamed("avc1"), framegear.InputOptions{SoundOnly: true})
	require.ErrorIs(t, err, framegear.ErrInput)
	require.ErrorIs(t, err, framegear.ErrNoDecoder)
	require.ErrorContains(t, err, `its video, which is in an unknown codec "xyz9"`)

	var log bytes.Buffer
	in, err := framegear.OpenInput(t.Context(), renamed("fLaC"), framegear.InputOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	_, ok := in.Audio()
	require.False(t, ok)
	require.Contains(t, log.String(), `the sound is left out`)
	require.Contains(t, log.String(), `xyz9`)
	require.NoError(t, in.Close())
}

func TestEncryptedInput(t *testing.T) {
	referee.Need(t)
	leaktest.Check(t)
	file := referee.Make(t, "x.mp4", words("-f lavfi -i testsrc2=r=25:s=32x32:d=1 -f lavfi -i sine=d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p"+
		" -c:a aac -encryption_scheme cenc-aes-ctr -encryption_key 76a6c65c5ea762046bd749a2e632ccbb -encryption_kid a7e61c373e219033c21091fa607bf3b8")...)
	in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	var f framegear.Frame
	err = in.Read(&f)
	require.ErrorIs(t, err, framegear.ErrInput)
	require.ErrorIs(t, err, framegear.ErrEncrypted)
	_, err = framegear.New("", framegear.Options{Audio: []framegear.AudioTrack{{Source: file}}})
	require.ErrorIs(t, err, framegear.ErrEncrypted)
}

func TestManifestIsNoInput(t *testing.T) {
	leaktest.Check(t)
	file := filepath.Join(t.TempDir(), "manifest.xml")
	require.NoError(t, os.WriteFile(file, []byte(`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"></MPD>`), 0o600))
	_, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
	require.ErrorIs(t, err, framegear.ErrManifest)
	require.ErrorContains(t, err, "want the presentation's HLS playlist")
}

// A photograph is seen as its EXIF says.
func TestPhotograph(t *testing.T) {
	leaktest.Check(t)
	for orientation, want := range map[byte]string{1: "", 3: "hflip,vflip", 6: "transpose=clock", 8: "transpose=cclock"} {
		file := filepath.Join(t.TempDir(), "x.jpg")
		require.NoError(t, os.WriteFile(file, photograph(t, orientation), 0o600))
		in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
		require.NoError(t, err)
		require.Equal(t, want, in.Upright())
		n := 0
		for f, err := range in.Frames() {
			require.NoError(t, err)
			require.Equal(t, [2]int{48, 32}, [2]int{f.Width, f.Height})
			n++
		}
		require.Equal(t, 1, n)
		require.NoError(t, in.Close())
	}
}

// photograph is a JPEG of 48x32 whose EXIF (CIPA DC-008 section 4.6.4) has an orientation.
func photograph(t *testing.T, orientation byte) []byte {
	t.Helper()
	var plain bytes.Buffer
	require.NoError(t, jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 48, 32)), nil))
	exif := append([]byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"), orientation, 0, 0, 0, 0, 0, 0)
	app1 := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2)), exif...)
	return append(append(bytes.Clone(plain.Bytes()[:2]), app1...), plain.Bytes()[2:]...)
}

// What this library writes as AV1 it reads.
func TestReadsAV1(t *testing.T) {
	leaktest.Check(t)
	out := recorded(t, framegear.Options{Codec: "libsvtav1", Preset: "12"}, 10, pattern(96, 64))
	file := filepath.Join(t.TempDir(), "film.mp4")
	require.NoError(t, os.WriteFile(file, out.playable(t, out.segments["v0"][0]), 0o600))
	in, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	n := 0
	for f, err := range in.Frames() {
		require.NoError(t, err)
		require.Equal(t, [2]int{96, 64}, [2]int{f.Width, f.Height})
		n++
	}
	require.Equal(t, 10, n)
}
