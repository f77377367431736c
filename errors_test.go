package framegear_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/muxer/sink"
)

// In the log of a program that has many libraries every line of an error says whose it is, once. Parsers of a word (ParseRate) say only
// what is wrong with it: their errors stand behind the name of a flag or a key.
func TestErrorsSayWhose(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte("no media"), 0o600))
	for name, call := range map[string]func() error{
		"options": func() error { return framegear.Options{SegmentDuration: -1, KeyInterval: -1}.Validate() },
		"no input": func() error {
			_, err := framegear.OpenInput(t.Context(), dir+"/x", framegear.InputOptions{})
			return err
		},
		"input":           func() error { _, err := framegear.OpenInput(t.Context(), file, framegear.InputOptions{}); return err },
		"an address":      func() error { _, err := framegear.Listen("x", framegear.ServerOptions{}); return err },
		"a certificate":   func() error { _, err := framegear.Listen("127.0.0.1:0", badTLS); return err },
		"an output":       opening(file+"/out/", framegear.Options{}),
		"a name":          opening(dir+"/x.mp4", framegear.Options{}),
		"a URL":           opening("http://[/x.mpd", framegear.Options{}),
		"sound":           opening("", framegear.Options{Audio: []framegear.AudioTrack{{Source: file}}}),
		"a sound's words": opening("", framegear.Options{Audio: []framegear.AudioTrack{{Input: []string{"-f", "none", "-i", "x"}}}}),
		"a frame":         writing(framegear.Options{}, framegear.BGR(nil, 64, 48)),
		"the frame alone": func() error { return framegear.BGR(nil, 64, 48).Validate() },
		"a ladder":        writing(framegear.Options{Ladder: framegear.Ladder{{Width: 1280}}}, halves(64, 48)),
		"a change":        writing(framegear.Options{}, halves(64, 48), halves(96, 48)),
		"a time":          writing(framegear.Options{Clock: framegear.ClockPTS}, halves(64, 48), halves(64, 48)),
		"an encoder":      writing(framegear.Options{Codec: "none"}, halves(64, 48)),
		"hardware":        writing(framegear.Options{Codec: "h264_vaapi", HW: framegear.HWRequire, HWDevice: "/none"}, halves(64, 48)),
		"a filter":        writing(framegear.Options{Filter: "none"}, halves(64, 48)),
	} {
		t.Run(name, func(t *testing.T) { saysWhose(t, call()) })
	}
}

var badTLS = framegear.ServerOptions{TLS: framegear.TLSFiles{Cert: "none", Key: "none"}}

func saysWhose(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	for line := range strings.Lines(err.Error()) {
		require.Equal(t, 1, strings.Count(line, "framegear: "), line)
		require.True(t, strings.HasPrefix(line, "framegear: "), line)
	}
}

// opening is the error of a stream that cannot be had.
func opening(output string, o framegear.Options) func() error {
	return func() error {
		s, err := framegear.New(output, o)
		if err == nil {
			_ = s.Close()
		}
		return err
	}
}

// writing is the error of the last frame.
func writing(o framegear.Options, frames ...*framegear.Frame) func() error {
	return func() error {
		s, err := framegear.New("", o)
		if err != nil {
			return err
		}
		defer s.Close()
		for _, f := range frames {
			err = s.WriteFrame(f)
		}
		return err
	}
}

func TestErrorsOfSoundSayWhose(t *testing.T) {
	leaktest.Check(t)
	s, err := framegear.New("", framegear.Options{Audio: []framegear.AudioTrack{{PCM: true}}})
	require.NoError(t, err)
	defer s.Close()
	saysWhose(t, s.WriteAudio(framegear.Interleaved(make([]int16, 3), 48_000, 2)))
	saysWhose(t, s.WriteAudioTrack(1, framegear.Interleaved(make([]int16, 2), 48_000, 2)))
	minute := framegear.Interleaved(make([]int16, 60*4000), 4000, 1)
	require.NoError(t, s.WriteAudio(minute))
	err = s.WriteAudio(minute)
	require.ErrorIs(t, err, framegear.ErrAudioAhead)
	saysWhose(t, err)

	silent, err := framegear.New("", framegear.Options{})
	require.NoError(t, err)
	saysWhose(t, silent.WriteAudio(minute))
	require.NoError(t, silent.Close())
	saysWhose(t, silent.WriteFrame(halves(64, 48)))
	saysWhose(t, silent.Finish(t.Context()))
}

func TestErrorsOfOutputsSayWhose(t *testing.T) {
	leaktest.Check(t)
	dir := t.TempDir()
	first, err := framegear.New(dir, framegear.Options{})
	require.NoError(t, err)
	defer first.Close()
	_, err = framegear.New(dir, framegear.Options{})
	require.ErrorIs(t, err, framegear.ErrInUse)
	saysWhose(t, err)

	remote, err := sink.NewHTTP("http://127.0.0.1:1/", sink.HTTPOptions{Timeout: time.Second})
	require.NoError(t, err)
	put, err := framegear.New("", framegear.Options{Sink: remote})
	require.NoError(t, err)
	defer put.Close()
	_, err = put.HandlerWith(framegear.HandlerOptions{})
	require.ErrorIs(t, err, framegear.ErrOptions)
	saysWhose(t, err)
	err = put.WriteFrame(halves(64, 48))
	for err == nil {
		err = put.WriteFrame(halves(64, 48))
	}
	saysWhose(t, err)
}

func TestErrorsOfCopySayWhose(t *testing.T) {
	leaktest.Check(t)
	in, err := framegear.OpenInput(t.Context(), bundled, framegear.InputOptions{})
	require.NoError(t, err)
	defer in.Close()
	s, err := framegear.New("", framegear.Options{Live: true})
	require.NoError(t, err)
	saysWhose(t, s.Copy(t.Context(), in))
	require.NoError(t, s.Close())
	saysWhose(t, s.Copy(t.Context(), in))
}
