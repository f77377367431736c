package sink_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/muxer/sink/sinktest"
	"github.com/stretchr/testify/require"
)

func newDir(t *testing.T) *sink.Dir {
	t.Helper()
	d, err := sink.NewDir(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// newServer keeps what is uploaded below /live/ in memory, flushed as it arrives.
func newServer(t *testing.T) (*sink.Memory, *httptest.Server) {
	t.Helper()
	m := sink.NewMemory()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, "/live/")
		switch {
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		case r.Method == http.MethodDelete:
			_ = m.Remove(r.Context(), name)
		case r.Method == http.MethodPut:
			if receive(r, m, name) != nil {
				w.WriteHeader(http.StatusBadRequest)
			}
		}
	}))
	t.Cleanup(server.Close)
	return m, server
}

func receive(r *http.Request, m *sink.Memory, name string) error {
	o, err := m.Create(r.Context(), name)
	if err != nil {
		return err
	}
	defer o.Abort()
	p := make([]byte, 64<<10)
	for {
		n, err := r.Body.Read(p)
		if n > 0 {
			_, _ = o.Write(p[:n])
			_ = o.(sink.Flusher).Flush()
		}
		if err == io.EOF {
			return o.Commit()
		}
		if err != nil {
			return err
		}
	}
}

func newHTTP(t *testing.T, base string, options sink.HTTPOptions) *sink.HTTP {
	t.Helper()
	h, err := sink.NewHTTP(base, options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.Close()) })
	return h
}

type unflushed struct{ sink.Sink }

func (u unflushed) Create(ctx context.Context, name string) (sink.Object, error) {
	o, err := u.Sink.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	return struct{ sink.Object }{o}, nil
}

// readable gives a sink a reader, and hides that its objects flush: the network takes its time, so what a flush sent is
// not readable at once.
func readable(s sink.Sink, r sink.Reader) sink.Sink {
	return struct {
		sink.Sink
		sink.Reader
	}{unflushed{s}, r}
}

func TestConformance(t *testing.T) {
	for name, newSink := range map[string]func(t *testing.T) sink.Sink{
		"dir":    func(t *testing.T) sink.Sink { return newDir(t) },
		"memory": func(t *testing.T) sink.Sink { return sink.NewMemory() },
		"http": func(t *testing.T) sink.Sink {
			m, server := newServer(t)
			return readable(newHTTP(t, server.URL+"/live/", sink.HTTPOptions{}), m)
		},
		"http flushing": func(t *testing.T) sink.Sink {
			_, server := newServer(t)
			return newHTTP(t, server.URL+"/live", sink.HTTPOptions{})
		},
		"tee of memory and dir": func(t *testing.T) sink.Sink { return sink.Tee(sink.NewMemory(), newDir(t)) },
		"tee of dir and http": func(t *testing.T) sink.Sink {
			d := newDir(t)
			_, server := newServer(t)
			return sink.Tee(readable(d, d), readable(newHTTP(t, server.URL+"/live", sink.HTTPOptions{}), nil))
		},
		"faulty without faults": func(t *testing.T) sink.Sink {
			return sinktest.Faulty(sink.NewMemory(), sinktest.Plan{})
		},
	} {
		t.Run(name, func(t *testing.T) { sinktest.Run(t, newSink) })
	}
}
