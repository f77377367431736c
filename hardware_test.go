package framegear_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/encoder"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/referee"
	"github.com/framegear/framegear/internal/vatest"
	"github.com/framegear/framegear/streamgear"
)

const (
	hwWidth, hwHeight = 320, 180
	hwFrames          = 25 // at 10 per second, in segments of a second: the last one is short
)

// hwFrame is a smooth picture that is known by formula, as NV12.
func hwFrame(n int) *framegear.Frame {
	pix := make([]byte, 0, hwWidth*hwHeight*3/2)
	for y := range hwHeight {
		for x := range hwWidth {
			pix = append(pix, byte(40+(x+y+8*n)%320/2))
		}
	}
	for y := range hwHeight / 2 {
		for x := range hwWidth / 2 {
			pix = append(pix, byte(80+(x+2*n)%160/2), byte(90+y))
		}
	}
	return framegear.Packed(framegear.NV12, pix, hwWidth, hwHeight)
}

func hwPixels(n int) []byte {
	f := hwFrame(n)
	return append(append([]byte(nil), f.Planes[0]...), f.Planes[1]...)
}

// hwReport is what a stream said while it ran.
type hwReport struct {
	mu       sync.Mutex
	instead  []framegear.EncoderInfo
	warnings []string
}

func (r *hwReport) listen(o *framegear.Options) {
	o.Events.SoftwareInstead = func(i framegear.EncoderInfo) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.instead = append(r.instead, i)
	}
	o.Events.Warning = func(w framegear.WarningInfo) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.warnings = append(r.warnings, w.Text)
	}
}

// hwOptions is a ladder of four on the test driver.
func hwOptions() framegear.Options {
	return framegear.Options{
		FrameRate: framegear.FPS(10), SegmentDuration: time.Second, Codec: "h264_vaapi", HWDevice: vatest.Device,
		Ladder: framegear.Ladder{
			{Bitrate: 4_000_000}, {Width: 256, Height: 144, Bitrate: 3_000_000},
			{Width: 128, Height: 72, Bitrate: 1_000_000}, {Width: 64, Height: 36, Bitrate: 500_000},
		},
	}
}

var hwSizes = [][2]int{{320, 180}, {256, 144}, {128, 72}, {64, 36}}

// hwStream writes the frames and returns the first error of WriteFrame or Finish.
func hwStream(t *testing.T, dir string, o framegear.Options) (stats framegear.Stats, err error) {
	s, err := framegear.New(dir, o)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for n := range hwFrames {
		if err := s.WriteFrame(hwFrame(n)); err != nil {
			return s.Stats(), err
		}
	}
	err = s.Finish(t.Context())
	return s.Stats(), err
}

// hwTrack returns the initialization segment and all segments of a rendition in one.
func hwTrack(t *testing.T, dir string, rung int) []byte {
	t.Helper()
	data := read(t, dir, fmt.Sprintf("v%d/init.mp4", rung))
	for n := 1; n <= (hwFrames+9)/10; n++ {
		data = append(data, read(t, dir, fmt.Sprintf("v%d/%d.m4s", rung, n))...)
	}
	return data
}

// hwExact checks the first pictures of every rendition bit by bit and the rest by eye.
func hwExact(t *testing.T, dir string, exact int) {
	t.Helper()
	for rung, size := range hwSizes {
		got := vatest.Decode(t, hwTrack(t, dir, rung), size[0], size[1])
		require.Len(t, got, hwFrames, "v%d", rung)
		for n := range got {
			want := vatest.Nearest(hwPixels(n), hwWidth, hwHeight, size[0], size[1])
			if n < exact {
				require.Equal(t, want, got[n], "v%d, picture %d", rung, n)
			} else {
				require.Less(t, hwDifference(want, got[n]), 6.0, "v%d, picture %d", rung, n)
			}
		}
	}
}

func hwDifference(a, b []byte) float64 {
	sum := 0
	for i := range a {
		d := int(a[i]) - int(b[i])
		sum += max(d, -d)
	}
	return float64(sum) / float64(len(a))
}

// hwGrid checks that every rendition has key frames at the grid's instants and, but for the extra ones, nowhere else.
func hwGrid(t *testing.T, dir string, extra bool) {
	t.Helper()
	referee.Need(t)
	for rung := range hwSizes {
		frames := referee.Frames(t, hwTrack(t, dir, rung))
		require.Len(t, frames, hwFrames)
		for n, f := range frames {
			if n%10 == 0 {
				require.True(t, f.Key, "v%d, picture %d", rung, n)
			} else if !extra {
				require.False(t, f.Key, "v%d, picture %d", rung, n)
			}
			require.Equal(t, frames[0].PTS+int64(n)*(frames[1].PTS-frames[0].PTS), f.PTS, "v%d, picture %d", rung, n)
		}
	}
}

// The seed's hardware example, at a fifth of its sizes.
func TestHardwareExampleOfTheSeed(t *testing.T) {
	if !vatest.Child(t) {
		return
	}
	for _, format := range []string{"dash", "hls"} {
		leaktest.Check(t)
		p, warnings, err := streamgear.Parse(map[string]any{
			"-streams": []any{
				map[string]any{"-resolution": "256x144", "-video_bitrate": "3000k"},
				map[string]any{"-resolution": "128x72", "-framerate": 10.0},
				map[string]any{"-resolution": "64x36", "-framerate": 10.0},
			},
			"-vcodec": "h264_vaapi", "-vaapi_device": vatest.Device, "-vf": "format=nv12,hwupload", "-input_framerate": 10,
			"-f": format, "-gop": 10, "-seg_duration": 1, "-hls_time": 1, "-hls_segment_type": "fmp4",
		}, framegear.Rate{})
		require.NoError(t, err, warnings)
		var said hwReport
		p.Options.HW = framegear.HWRequire
		said.listen(&p.Options)
		dir := t.TempDir()
		_, err = hwStream(t, dir, p.Options)
		require.NoError(t, err)
		require.Empty(t, said.instead)
		hwExact(t, dir, hwFrames)
		hwGrid(t, dir, false)
		manifest, err := filepath.Glob(filepath.Join(dir, map[string]string{"dash": "*.mpd", "hls": "*.m3u8"}[format]))
		require.NoError(t, err)
		require.Len(t, manifest, 1)
		requireValid(t, manifest[0])
	}
}

func TestHardwareLadder(t *testing.T) {
	for _, test := range []struct {
		name     string
		switches []string
		set      func(o *framegear.Options)
	}{
		{"named", nil, func(*framegear.Options) {}},
		{"ownheaders", []string{"FGVA_NO_HEADERS=1"}, func(*framegear.Options) {}},
		{"auto", nil, func(o *framegear.Options) { o.Codec, o.Preset, o.Tune = framegear.CodecAuto, "veryfast", "film" }},
		{"lowlatency", nil, func(o *framegear.Options) {
			o.LowLatency, o.WhenFull, o.Clock, o.Window = true, framegear.BlockWhenFull, framegear.ClockCount, framegear.WindowAll
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !vatest.Child(t, test.switches...) {
				return
			}
			leaktest.Check(t)
			var said hwReport
			o := hwOptions()
			o.HW, o.Name = framegear.HWRequire, "stream"
			test.set(&o)
			said.listen(&o)
			dir := t.TempDir()
			stats, err := hwStream(t, dir, o)
			require.NoError(t, err)
			require.Zero(t, stats.Replaced)
			require.Empty(t, said.warnings)
			hwExact(t, dir, hwFrames)
			hwGrid(t, dir, false)
			requireValid(t, filepath.Join(dir, "stream.mpd"))
			requireValid(t, filepath.Join(dir, "stream.m3u8"))
		})
	}
}

type hwFailure struct {
	name     string
	switches []string
	reason   string
	start    bool // before the first frame
}

// limit is short where it has to be waited for.
func (f hwFailure) limit() time.Duration {
	if strings.Contains(f.switches[0], "HANG") {
		return 300 * time.Millisecond
	}
	return 0
}

// hwFailures are the driver's switches and what each makes people read.
var hwFailures = []hwFailure{
	{"profile", []string{"FGVA_NO_ENCODE=1"}, "does not offer this codec or profile", true},
	{"size", []string{"FGVA_MAX_SIZE=300"}, "beyond the device's limits", true},
	{"headers", []string{"FGVA_NO_HEADERS=1", "FGVA_MUTE=1"}, "makes no parameter sets", true},
	{"opening", []string{"FGVA_HANG_INIT=1", "FGVA_HANG_MS=1500"}, "did not answer within 300ms", true},
	{"encode", []string{"FGVA_FAIL_ENCODE=60"}, "failed to encode a picture", false},
	{"sync", []string{"FGVA_HANG_SYNC=60", "FGVA_HANG_MS=1500"}, "did not answer within 300ms", false},
	{"submit", []string{"FGVA_HANG_ENCODE=60", "FGVA_HANG_MS=1500"}, "did not answer within 300ms", false},
	{"upload", []string{"FGVA_HANG_UPLOAD=20", "FGVA_HANG_MS=1500"}, "did not answer within 300ms", false},
	// Eight pictures are the trial's and those for parameter sets. Each is waited for on its way into the device and out of each encoder.
	{"lost", []string{"FGVA_LOST=60"}, "its driver failed", false},
	{"lostatfirst", []string{"FGVA_LOST=9"}, "its driver failed", false},
	{"lostatlast", []string{"FGVA_LOST_SYNC=141"}, "its driver failed", false},
	{"syncatlast", []string{"FGVA_HANG_SYNC=141", "FGVA_HANG_MS=1500"}, "did not answer within 300ms", false},
}

func TestHardwareThatFailsIsReplaced(t *testing.T) {
	for _, test := range hwFailures {
		t.Run(test.name, func(t *testing.T) {
			if !vatest.Child(t, test.switches...) {
				return
			}
			leaktest.Check(t)
			var said hwReport
			o := hwOptions()
			o.HWTimeout = test.limit()
			said.listen(&o)
			dir := t.TempDir()
			begun := time.Now()
			stats, err := hwStream(t, dir, o)
			require.NoError(t, err)
			require.Less(t, time.Since(begun), 30*time.Second, "a bound for hangs, not a speed")
			hwExact(t, dir, 0)
			hwGrid(t, dir, true)
			requireValid(t, filepath.Join(dir, "stream.mpd"))
			requireValid(t, filepath.Join(dir, "stream.m3u8"))
			require.NotEmpty(t, said.instead)
			for _, i := range said.instead {
				require.Equal(t, "h264_vaapi", i.From)
				require.Equal(t, "libx264", i.To)
				require.Contains(t, i.Reason, test.reason)
				require.Equal(t, test.start, i.Rendition == "")
			}
			require.Len(t, said.warnings, len(said.instead), said.warnings)
			if test.start {
				require.Len(t, said.instead, 1, "once for the whole ladder")
				require.Zero(t, stats.Replaced)
			} else {
				require.EqualValues(t, len(said.instead), stats.Replaced)
			}
			leaktest.Settled(t, "calls that were given up come back", noneLive)
		})
	}
}

func TestHardwareThatFailsIsAnErrorWhereItIsRequired(t *testing.T) {
	for _, test := range hwFailures {
		t.Run(test.name, func(t *testing.T) {
			if !vatest.Child(t, test.switches...) {
				return
			}
			leaktest.Check(t)
			o := hwOptions()
			o.HW, o.HWTimeout = framegear.HWRequire, test.limit()
			dir := t.TempDir()
			begun := time.Now()
			_, err := hwStream(t, dir, o)
			require.ErrorIs(t, err, framegear.ErrHardware)
			require.ErrorContains(t, err, test.reason)
			require.Less(t, time.Since(begun), 30*time.Second)
			var stage *framegear.StageError
			if require.Equal(t, !test.start, asStageError(err, &stage)); test.start {
				require.Empty(t, files(t, dir), "nothing is written before the hardware is known to work")
			} else {
				require.Equal(t, "encoder", stage.Stage)
			}
			leaktest.Settled(t, "calls that were given up come back", noneLive)
		})
	}
}

// Room for the trial and some of the ladder: the renditions that find none begin in software.
func TestRunningOutOfSurfaces(t *testing.T) {
	for _, limit := range []int{6, 9, 14} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			if !vatest.Child(t, fmt.Sprintf("FGVA_MAX_SURFACES=%d", limit)) {
				return
			}
			leaktest.Check(t)
			var said hwReport
			o := hwOptions()
			said.listen(&o)
			dir := t.TempDir()
			_, err := hwStream(t, dir, o)
			require.NoError(t, err)
			hwExact(t, dir, 0)
			hwGrid(t, dir, true)
			requireValid(t, filepath.Join(dir, "stream.mpd"))
			require.NotEmpty(t, said.instead)
			for _, i := range said.instead {
				require.Contains(t, i.Reason, "no memory left")
			}
		})
	}
}

// Only what the device does not take is encoded in software.
func TestRungsBeyondTheLimitsOfTheDevice(t *testing.T) {
	for _, test := range []struct {
		name, limit string
		set         func(o *framegear.Options)
		instead     []string
	}{
		{"small", "FGVA_MIN_SIZE=100", func(*framegear.Options) {}, []string{"v2 128x72", "v3 64x36"}},
		{"largesource", "FGVA_MAX_SIZE=300", func(o *framegear.Options) { o.Ladder = o.Ladder[1:] }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !vatest.Child(t, test.limit) {
				return
			}
			leaktest.Check(t)
			var said hwReport
			o := hwOptions()
			test.set(&o)
			said.listen(&o)
			dir := t.TempDir()
			_, err := hwStream(t, dir, o)
			require.NoError(t, err)
			requireValid(t, filepath.Join(dir, "stream.mpd"))
			var instead []string
			for _, i := range said.instead {
				instead = append(instead, i.Rendition)
				require.Contains(t, i.Reason, "beyond the device's limits")
			}
			require.ElementsMatch(t, test.instead, instead)
			require.Len(t, said.warnings, len(instead), said.warnings)
		})
	}
}

// A driver without bit rates is still good for who asks for that, and a wrong option is said, not worked around.
func TestDeviceIsTriedAsItIsAskedFor(t *testing.T) {
	if !vatest.Child(t, "FGVA_RC=cqp") {
		return
	}
	leaktest.Check(t)
	var said hwReport
	o := hwOptions()
	said.listen(&o)
	o.HW, o.Extra = framegear.HWRequire, map[string]string{"rc_mode": "CQP", "qp": "24"}
	dir := t.TempDir()
	_, err := hwStream(t, dir, o)
	require.NoError(t, err)
	hwExact(t, dir, hwFrames)

	o.HW, o.Extra = framegear.HWPrefer, map[string]string{"rc_mode": "CQP", "nonsense": "1"}
	_, err = hwStream(t, t.TempDir(), o)
	require.ErrorIs(t, err, framegear.ErrLadder)
	require.ErrorContains(t, err, "h264_vaapi does not know nonsense")
	require.Empty(t, said.instead)
}

func TestReasonsOfSeveralDevicesAreAllSaid(t *testing.T) {
	gone := &encoder.DeviceError{Reason: "there is no render node"}
	first, second := &encoder.DeviceError{Path: "a", Reason: "a: no driver"}, &encoder.DeviceError{Path: "b", Reason: "b: no profile", Err: gone}
	require.Equal(t, "a: no driver; b: no profile", framegear.Reason(errors.Join(gone, first, fmt.Errorf("x: %w", second))))
	require.Equal(t, "there is no render node", framegear.Reason(errors.Join(gone)))
	require.Equal(t, "boom", framegear.Reason(errors.New("boom")))
}

func TestTransportStreamGoesOnInSoftware(t *testing.T) {
	if !vatest.Child(t, "FGVA_FAIL_ENCODE=60") {
		return
	}
	leaktest.Check(t)
	var said hwReport
	o := hwOptions()
	o.Container, o.Format = framegear.TS, framegear.HLS
	said.listen(&o)
	dir := t.TempDir()
	_, err := hwStream(t, dir, o)
	require.NoError(t, err)
	require.NotEmpty(t, said.instead)
	requireValid(t, filepath.Join(dir, "stream.m3u8"))
	for rung, size := range hwSizes {
		var data []byte
		for n := 1; n <= (hwFrames+9)/10; n++ {
			data = append(data, read(t, dir, fmt.Sprintf("v%d/%d.ts", rung, n))...)
		}
		got := vatest.Decode(t, data, size[0], size[1])
		require.Len(t, got, hwFrames)
		for n := range got {
			require.Less(t, hwDifference(vatest.Nearest(hwPixels(n), hwWidth, hwHeight, size[0], size[1]), got[n]), 6.0)
		}
	}
}

func TestCloseDoesNotWaitForADriverThatHangs(t *testing.T) {
	for _, hang := range []string{"FGVA_HANG_SYNC=20", "FGVA_HANG_ENCODE=20", "FGVA_HANG_UPLOAD=8", "FGVA_HANG_CLOSE=1"} {
		t.Run(hang[:len(hang)-2], func(t *testing.T) {
			if !vatest.Child(t, hang, "FGVA_HANG_MS=8000") {
				return
			}
			leaktest.Check(t)
			o := hwOptions()
			o.HWTimeout = 200 * time.Millisecond
			s, err := framegear.New(t.TempDir(), o)
			require.NoError(t, err)
			for n := range hwFrames {
				require.NoError(t, s.WriteFrame(hwFrame(n)))
			}
			begun := time.Now()
			require.NoError(t, s.Close())
			require.Less(t, time.Since(begun), 7*time.Second, "less than the driver hangs: a bound, not a speed")
			leaktest.Settled(t, "calls that were given up come back and free what they worked on", noneLive)
		})
	}
}

func TestAutoWithoutHardwarePicksSoftwareAndSaysSoOnce(t *testing.T) {
	leaktest.Check(t)
	var said hwReport
	o := hwOptions()
	o.Codec, o.HWDevice = framegear.CodecAuto, "/dev/dri/renderD7777"
	said.listen(&o)
	dir := t.TempDir()
	_, err := hwStream(t, dir, o)
	require.NoError(t, err)
	require.Len(t, said.warnings, 1)
	require.Contains(t, said.warnings[0], "libx264 encodes instead: /dev/dri/renderD7777: no such device")
	require.Equal(t, []framegear.EncoderInfo{{From: "auto", To: "libx264", Reason: said.instead[0].Reason}}, said.instead)
	requireValid(t, filepath.Join(dir, "stream.mpd"))

	o.HW = framegear.HWOff
	said.warnings = nil
	_, err = hwStream(t, t.TempDir(), o)
	require.NoError(t, err)
	require.Empty(t, said.warnings, "nothing was wanted of hardware")
}

func TestHardwareOptionsThatContradict(t *testing.T) {
	for _, o := range []framegear.Options{
		{HW: framegear.HWOff, Codec: "h264_vaapi"},
		{HW: framegear.HWRequire},
		{HW: framegear.HWRequire, Codec: "libx264"},
		{HW: 7},
		{HWTimeout: -1},
	} {
		require.ErrorIs(t, o.Validate(), framegear.ErrOptions)
	}
	require.NoError(t, framegear.Options{HW: framegear.HWRequire, Codec: framegear.CodecAuto}.Validate())
	require.NoError(t, framegear.Options{HW: framegear.HWRequire, Ladder: framegear.Ladder{{}, {Height: 90, Codec: "h264_vaapi"}}}.Validate())
}
