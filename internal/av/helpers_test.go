package av_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

const width, height = 64, 48

// config is the smallest encoder there is: x264 without anything that costs time.
func config() av.VideoConfig {
	return av.VideoConfig{
		Name: "libx264", Width: width, Height: height, Layout: av.LayoutI420, Color: media.OutputColor(height), FrameRate: media.Rate{Num: 25, Den: 1},
		Timescale: 90_000, GOP: 10, BFrames: 0, Threads: 1, Options: map[string]string{"preset": "ultrafast", "forced-idr": "1"},
	}
}

func pool(t testing.TB, w, h int, l av.Layout) *av.Pool {
	t.Helper()
	p, err := av.NewPool(w, h, l, media.OutputColor(h))
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func picture(t testing.TB, p *av.Pool) *av.Picture {
	t.Helper()
	pic, err := p.Get()
	require.NoError(t, err)
	return pic
}

// stream is the packets of a short encode, with what describes them.
type stream struct {
	params  *av.Parameters
	packets []*av.Packet
}

// encode makes n packets with a key frame every 10. Everything is closed when the test ends.
func encode(t testing.TB, n int64) stream {
	t.Helper()
	e, err := av.OpenVideoEncoder(config())
	require.NoError(t, err)
	defer e.Close()
	s := stream{}
	s.params, err = e.Parameters()
	require.NoError(t, err)
	t.Cleanup(s.params.Close)
	pictures := pool(t, width, height, av.LayoutI420)
	for i := range n {
		pic := picture(t, pictures)
		for plane := range 3 {
			b := pic.Plane(plane)
			for j := range b {
				b[j] = byte(int64(j) + i*5)
			}
		}
		require.NoError(t, e.Send(pic, i*3600, 3600, i%10 == 0))
		pic.Release()
		s.receive(t, e)
	}
	require.NoError(t, e.Send(nil, 0, 0, false))
	s.receive(t, e)
	require.Len(t, s.packets, int(n))
	return s
}

func (s *stream) receive(t testing.TB, e *av.VideoEncoder) {
	t.Helper()
	for {
		p, err := av.NewPacket()
		require.NoError(t, err)
		if err := e.Receive(p); errors.Is(err, av.ErrAgain) || errors.Is(err, io.EOF) {
			p.Close()
			return
		} else {
			require.NoError(t, err)
		}
		t.Cleanup(p.Close)
		s.packets = append(s.packets, p)
	}
}

// shelf is an opener that keeps its files in memory and fails when it is told to.
type shelf struct {
	files   map[string]*bookFile
	asked   []string
	openErr func(url string) error
}

type bookFile struct {
	bytes.Buffer
	closed, aborted    bool
	writeErr, closeErr error
}

func newShelf() *shelf { return &shelf{files: map[string]*bookFile{}} }

func (s *shelf) OpenOutput(url string) (io.WriteCloser, error) {
	s.asked = append(s.asked, url)
	if s.openErr != nil {
		if err := s.openErr(url); err != nil {
			return nil, err
		}
	}
	f := &bookFile{}
	s.files[url] = f
	return f, nil
}

func (s *shelf) DeleteOutput(string) {}

func (f *bookFile) Write(p []byte) (int, error) {
	if f.writeErr != nil {
		return 0, f.writeErr
	}
	return f.Buffer.Write(p)
}

func (f *bookFile) Close() error {
	f.closed = true
	return f.closeErr
}

func (f *bookFile) Abort() { f.aborted = true }

// media returns the names of the files that hold segments, in the order they were asked for.
func (s *shelf) segments() (names []string) {
	for _, url := range s.asked {
		if strings.Contains(url, "segment") {
			names = append(names, url)
		}
	}
	return names
}

// dash opens a dash muxer over an opener, under a URL of its own.
func dash(t testing.TB, name string, s stream, o av.Opener) *av.Muxer {
	t.Helper()
	m, err := av.OpenMuxer(dashConfig(name, s, o))
	require.NoError(t, err)
	t.Cleanup(m.Close)
	return m
}

func dashConfig(name string, s stream, o av.Opener) av.MuxerConfig {
	return av.MuxerConfig{
		Format: "dash", URL: fmt.Sprintf("http://%s.invalid/manifest", name), Streams: []*av.Parameters{s.params},
		Timescales: []int64{90_000}, Opener: o,
		Options: map[string]string{
			"seg_duration": "400000us", "use_timeline": "0", "init_seg_name": "init.mp4", "media_seg_name": "segment-$Number$.m4s",
			"window_size": "2", "update_period": "3600",
		},
	}
}
