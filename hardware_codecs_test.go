package framegear_test

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/vatest"
)

// hwDeepPixels is hwFrame's picture in 10 bit, with something in the two further bits.
func hwDeepPixels(n int) []byte {
	var deep []byte
	for i, v := range hwPixels(n) {
		deep = binary.LittleEndian.AppendUint16(deep, (uint16(v)<<2|uint16(i+n)&3)<<6)
	}
	return deep
}

// hwFeed writes frames that a function makes, and finishes.
func hwFeed(t *testing.T, dir string, o framegear.Options, frame func(n int) *framegear.Frame) (framegear.Stats, error) {
	s, err := framegear.New(dir, o)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for n := range hwFrames {
		if err := s.WriteFrame(frame(n)); err != nil {
			return s.Stats(), err
		}
	}
	err = s.Finish(t.Context())
	return s.Stats(), err
}

func hwDeepFrame(n int) *framegear.Frame {
	return framegear.Packed(framegear.P010, hwDeepPixels(n), hwWidth, hwHeight)
}

func hevcOptions() framegear.Options {
	o := hwOptions()
	o.Codec, o.HW, o.Name = "hevc_vaapi", framegear.HWRequire, "stream"
	return o
}

func TestHardwareLadderInHEVC(t *testing.T) {
	if !vatest.Child(t) {
		return
	}
	leaktest.Check(t)
	dir := t.TempDir()
	_, err := hwStream(t, dir, hevcOptions())
	require.NoError(t, err)
	hwExact(t, dir, hwFrames)
	hwGrid(t, dir, false)
	requireValid(t, filepath.Join(dir, "stream.mpd"))
	requireValid(t, filepath.Join(dir, "stream.m3u8"))
	require.Contains(t, string(read(t, dir, "stream.mpd")), `codecs="hvc1.1.`)
}

func TestHardwareLadderInTenBits(t *testing.T) {
	if !vatest.Child(t) {
		return
	}
	leaktest.Check(t)
	var said hwReport
	o := hevcOptions()
	said.listen(&o)
	dir := t.TempDir()
	_, err := hwFeed(t, dir, o, hwDeepFrame)
	require.NoError(t, err)
	require.Empty(t, said.warnings)
	for rung, size := range hwSizes {
		got := vatest.DecodeDeep(t, hwTrack(t, dir, rung), size[0], size[1])
		require.Len(t, got, hwFrames)
		for n := range got {
			require.Equal(t, vatest.NearestDeep(hwDeepPixels(n), hwWidth, hwHeight, size[0], size[1]), got[n], "v%d, picture %d", rung, n)
		}
	}
	hwGrid(t, dir, false)
	requireValid(t, filepath.Join(dir, "stream.mpd"))
	require.Contains(t, string(read(t, dir, "stream.mpd")), `codecs="hvc1.2.`)
}

func TestTenBitsOnADeviceForEight(t *testing.T) {
	if !vatest.Child(t, "FGVA_HEVC=8") {
		return
	}
	leaktest.Check(t)
	var said hwReport
	o := hevcOptions()
	said.listen(&o)
	dir := t.TempDir()
	_, err := hwFeed(t, dir, o, hwDeepFrame)
	require.NoError(t, err)
	require.Len(t, said.warnings, 1)
	require.Contains(t, said.warnings[0], "its driver encodes 8 bits only")
	hwExact(t, dir, 0)
}

// hevcFailures are in mid-stream.
func hevcFailures() []hwFailure {
	return slices.DeleteFunc(slices.Clone(hwFailures), func(f hwFailure) bool { return f.start })
}

// hwDecodeHighBytes makes 8 bits of 10.
func hwDecodeHighBytes(t *testing.T, stream []byte, width, height int) [][]byte {
	pictures := vatest.DecodeDeep(t, stream, width, height)
	for i, deep := range pictures {
		pictures[i] = nil
		for n := 1; n < len(deep); n += 2 {
			pictures[i] = append(pictures[i], deep[n])
		}
	}
	return pictures
}

// x265 goes on in the same segments, after the same initialization segment.
func TestHEVCThatDiesInMidStreamGoesOnInSoftware(t *testing.T) {
	for _, test := range hevcFailures() {
		for _, way := range []string{"recorded", "lowlatency", "tenbits"} {
			if way == "tenbits" && test.name == "lostatfirst" {
				continue // there is a second trial before the first frame
			}
			if testing.Short() && way != "recorded" && test.name != "encode" {
				continue
			}
			t.Run(test.name+"_"+way, func(t *testing.T) {
				if !vatest.Child(t, test.switches...) {
					return
				}
				leaktest.Check(t)
				var said hwReport
				o := hevcOptions()
				o.HW, o.HWTimeout = framegear.HWPrefer, test.limit()
				frame, decode := hwFrame, vatest.Decode
				switch way {
				case "lowlatency":
					o.LowLatency, o.WhenFull, o.Clock, o.Window = true, framegear.BlockWhenFull, framegear.ClockCount, framegear.WindowAll
				case "tenbits":
					frame, decode = hwDeepFrame, hwDecodeHighBytes
				}
				said.listen(&o)
				dir := t.TempDir()
				stats, err := hwFeed(t, dir, o, frame)
				require.NoError(t, err)
				require.NotEmpty(t, said.instead)
				require.EqualValues(t, len(said.instead), stats.Replaced)
				require.Len(t, said.warnings, len(said.instead), said.warnings)
				for _, i := range said.instead {
					require.Equal(t, "libx265", i.To)
					require.Contains(t, i.Reason, test.reason)
				}
				for rung, size := range hwSizes {
					got := decode(t, hwTrack(t, dir, rung), size[0], size[1])
					require.Len(t, got, hwFrames, "v%d", rung)
					for n := range got {
						want := vatest.Nearest(hwPixels(n), hwWidth, hwHeight, size[0], size[1])
						require.Less(t, hwDifference(want, got[n]), 6.0, "v%d, picture %d", rung, n)
					}
				}
				hwGrid(t, dir, true)
				requireValid(t, filepath.Join(dir, "stream.mpd"))
				requireValid(t, filepath.Join(dir, "stream.m3u8"))
				require.NotContains(t, string(read(t, dir, "v0/media.m3u8")), "DISCONTINUITY")
				leaktest.Settled(t, "calls that were given up come back", noneLive)
			})
		}
	}
}

func TestTheLadderSharesOneDeviceAndOneUpload(t *testing.T) {
	if !vatest.Child(t, vatest.Traced(t)) {
		return
	}
	leaktest.Check(t)
	o := hwOptions()
	o.HW = framegear.HWRequire
	_, err := hwStream(t, t.TempDir(), o)
	require.NoError(t, err)
	trace := vatest.Trace(t)
	const trial, sets = 3, 1 + 4 // a picture for the parameter sets of the trial and of each rendition
	require.Equal(t, fmt.Sprintf("end opened=1 uploads=%d", trial+sets+hwFrames), trace[len(trace)-1])
}

func TestALadderOfTwoKindsOfDeviceIsRefused(t *testing.T) {
	o := hwOptions()
	o.HW, o.HWDevice = framegear.HWRequire, ""
	o.Ladder[1].Codec = "h264_nvenc"
	_, err := hwStream(t, t.TempDir(), o)
	require.ErrorIs(t, err, framegear.ErrHardware)
	require.ErrorContains(t, err, "one ladder, one kind of device")
}
