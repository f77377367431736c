package framegear_test

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
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

// Where software has no parameter sets beside the device's, a device that dies ends the stream, and the error says why.
func TestHEVCThatDiesInMidStreamIsAnError(t *testing.T) {
	if !vatest.Child(t, "FGVA_FAIL_ENCODE=60") {
		return
	}
	leaktest.Check(t)
	o := hevcOptions()
	o.HW = framegear.HWPrefer
	_, err := hwStream(t, t.TempDir(), o)
	require.ErrorIs(t, err, framegear.ErrHardware)
	require.ErrorContains(t, err, "failed to encode a picture")
	var stage *framegear.StageError
	require.True(t, asStageError(err, &stage))
	require.Equal(t, "encoder", stage.Stage)
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
	const trial = 3
	require.Equal(t, fmt.Sprintf("end opened=1 uploads=%d", trial+hwFrames), trace[len(trace)-1])
}

func TestALadderOfTwoKindsOfDeviceIsRefused(t *testing.T) {
	o := hwOptions()
	o.HW, o.HWDevice = framegear.HWRequire, ""
	o.Ladder[1].Codec = "h264_nvenc"
	_, err := hwStream(t, t.TempDir(), o)
	require.ErrorIs(t, err, framegear.ErrHardware)
	require.ErrorContains(t, err, "one ladder, one kind of device")
}
