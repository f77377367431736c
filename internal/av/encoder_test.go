package av_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
	"github.com/framegear/framegear/internal/media"
)

func TestUnknownEncoderOption(t *testing.T) {
	leaktest.Check(t)
	cfg := config()
	cfg.Options = map[string]string{"preset": "ultrafast", "no_such_key": "1", "also_unknown": "2"}
	_, err := av.OpenVideoEncoder(cfg)
	require.ErrorIs(t, err, av.ErrOption)
	require.ErrorContains(t, err, "libx264")
	require.ErrorContains(t, err, "also_unknown, no_such_key")
}

func TestUnknownEncoder(t *testing.T) {
	leaktest.Check(t)
	cfg := config()
	cfg.Name = "libx999"
	_, err := av.OpenVideoEncoder(cfg)
	require.ErrorIs(t, err, av.ErrNoEncoder)
	require.False(t, av.HasEncoder("libx999"))
	require.True(t, av.HasEncoder("libx264"))
}

// A refused value carries what libav said about it, and the encoder's own logger heard it too.
func TestErrorsCarryLibavsLastLine(t *testing.T) {
	leaktest.Check(t)
	for _, c := range []struct {
		name, key, value, line string
	}{
		{"x264 refuses the preset", "preset", "warp", "Error setting preset/tune warp/"},
		{"libav refuses the number", "crf", "much", "Error setting option crf to value much"},
	} {
		t.Run(c.name, func(t *testing.T) {
			heard := &lines{}
			cfg := config()
			cfg.Options = map[string]string{c.key: c.value}
			cfg.Logger = slog.New(heard)
			_, err := av.OpenVideoEncoder(cfg)
			var e *av.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, "open libx264", e.Op)
			require.Negative(t, e.Code)
			require.NotEmpty(t, e.Text)
			require.Contains(t, e.LastLog, c.line)
			require.Contains(t, err.Error(), c.line)
			require.Contains(t, strings.Join(heard.texts, "\n"), c.line)
		})
	}
}

// lines is a log handler that keeps what it hears.
type lines struct{ texts []string }

func (l *lines) Enabled(context.Context, slog.Level) bool { return true }
func (l *lines) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *lines) WithGroup(string) slog.Handler            { return l }
func (l *lines) Handle(_ context.Context, r slog.Record) error {
	l.texts = append(l.texts, r.Message)
	return nil
}

func TestEncoderLife(t *testing.T) {
	leaktest.Check(t)
	e, err := av.OpenVideoEncoder(config())
	require.NoError(t, err)
	p, err := av.NewPacket()
	require.NoError(t, err)
	defer p.Close()
	require.ErrorIs(t, e.Receive(p), av.ErrAgain, "nothing in, nothing out")
	require.NoError(t, e.Send(nil, 0, 0, false))
	require.ErrorIs(t, e.Receive(p), io.EOF)
	e.Close()
	e.Close()
	require.ErrorIs(t, e.Send(nil, 0, 0, false), av.ErrClosed)
	require.ErrorIs(t, e.Receive(p), av.ErrClosed)
	_, err = e.Parameters()
	require.ErrorIs(t, err, av.ErrClosed)
}

func TestParameters(t *testing.T) {
	leaktest.Check(t)
	cfg := config()
	cfg.SAR, cfg.MaxRate, cfg.BufferSize = media.Rate{Num: 4, Den: 3}, 300_000, 600_000
	e, err := av.OpenVideoEncoder(cfg)
	require.NoError(t, err)
	defer e.Close()
	p, err := e.Parameters()
	require.NoError(t, err)
	defer p.Close()
	c, err := p.Clone()
	require.NoError(t, err)
	p.Close()
	p.Close()
	defer c.Close()
	require.Equal(t, media.CodecH264, c.Codec)
	require.Equal(t, media.KindVideo, c.Kind)
	require.Equal(t, [2]int{width, height}, [2]int{c.Width, c.Height})
	require.Equal(t, media.Rate{Num: 4, Den: 3}, c.SAR)
	require.Equal(t, media.Rate{Num: 25, Den: 1}, c.FrameRate)
	require.Equal(t, media.OutputColor(height), c.Color)
	require.Equal(t, 8, c.BitDepth)
	require.NotEmpty(t, c.Extradata)
}

func TestErrorIsASystemError(t *testing.T) {
	_, err := av.OpenInput(t.Context(), av.InputConfig{URL: t.TempDir() + "/missing.mp4"})
	require.Error(t, err)
	var e *av.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NotErrorIs(t, err, io.EOF)
}

// Sending a picture and taking a packet allocates nothing in Go's heap.
func TestEncodeAllocatesNothing(t *testing.T) {
	leaktest.Check(t)
	e, err := av.OpenVideoEncoder(config())
	require.NoError(t, err)
	defer e.Close()
	p, err := av.NewPacket()
	require.NoError(t, err)
	defer p.Close()
	pictures := pool(t, width, height, av.LayoutI420)
	pts := int64(0)
	frame := func() {
		pic, err := pictures.Get()
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Send(pic, pts, 3600, false); err != nil {
			t.Fatal(err)
		}
		pic.Release()
		pts += 3600
		for e.Receive(p) == nil {
			p.Unref()
		}
	}
	for range 50 {
		frame()
	}
	require.Zero(t, testing.AllocsPerRun(100, frame))
}
