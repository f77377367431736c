package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/framegear/framegear/internal/bubble"
	"github.com/framegear/framegear/internal/delivery"
	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/muxer/sink/sinktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errAway = errors.New("away")

// place is a sink that can be away.
type place struct {
	*sink.Memory
	mu       sync.Mutex
	fault    error
	attempts []string
}

func (p *place) set(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = err
}

func (p *place) Create(ctx context.Context, name string) (sink.Object, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts = append(p.attempts, name)
	if p.fault != nil {
		return nil, p.fault
	}
	return p.Memory.Create(ctx, name)
}

func (p *place) String() string { return "store://x" }

// outcome is what was told of objects.
type outcome struct {
	mu   sync.Mutex
	errs map[string]error
}

func (o *outcome) settled(name string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.errs == nil {
		o.errs = map[string]error{}
	}
	o.errs[name] = err
}

func put(t *testing.T, s sink.Sink, name, content string) {
	t.Helper()
	require.NoError(t, sink.WriteObject(t.Context(), s, name, []byte(content)))
}

// The conformance kit holds for what is read through the spool, and for recordings.
func TestConformance(t *testing.T) {
	for name, newSink := range map[string]func(t *testing.T) sink.Sink{
		"spool over memory of others": func(*testing.T) sink.Sink {
			p := delivery.NewPlace(sink.NewMemory(), delivery.PlaceOptions{})
			return delivery.NewSpool(p, delivery.SpoolOptions{Memory: sink.NewMemory()})
		},
		"patient": func(*testing.T) sink.Sink {
			m := sink.NewMemory()
			p := delivery.NewPlace(m, delivery.PlaceOptions{Patience: time.Second})
			return struct {
				sink.Sink
				sink.Reader
			}{p.Patient(), m}
		},
	} {
		t.Run(name, func(t *testing.T) { sinktest.Run(t, newSink) })
	}
}

// Nobody waits for a place that is away; it is tried by one at a time, and all comes there in order once it is back.
func TestSpoolOutlivesAnOutage(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		below := &place{Memory: sink.NewMemory(), fault: errAway}
		var down []error
		var up []time.Duration
		p := delivery.NewPlace(below, delivery.PlaceOptions{
			Down: func(err error) { down = append(down, err) }, Up: func(d time.Duration) { up = append(up, d) },
		})
		var told outcome
		s := delivery.NewSpool(p, delivery.SpoolOptions{MaxAge: time.Minute, Settled: told.settled})
		defer s.Close()
		began := time.Now()
		for n := range 40 {
			put(t, s, fmt.Sprintf("v0/%d.m4s", n), strings.Repeat("x", n))
			time.Sleep(250 * time.Millisecond)
		}
		require.Equal(t, 10*time.Second, time.Since(began), "on the test's clock")
		require.ErrorIs(t, p.Outage(), errAway)
		require.ErrorContains(t, p.Outage(), "store://x/v0/")
		objects, bytes := s.Waiting()
		require.Equal(t, 40, objects)
		require.EqualValues(t, 40*39/2, bytes)
		require.Less(t, len(below.attempts), 12, "one tries, later and later")
		require.Len(t, down, 1)
		below.set(nil)
		require.NoError(t, s.Drain(t.Context()))
		require.Less(t, time.Since(began), 12*time.Second+time.Millisecond, "back within two seconds")
		require.Len(t, up, 1)
		require.NoError(t, p.Outage())
		require.Len(t, told.errs, 40)
		for n := range 40 {
			name := fmt.Sprintf("v0/%d.m4s", n)
			require.NoError(t, told.errs[name])
			b, err := sink.ReadObject(t.Context(), below, name)
			require.NoError(t, err)
			require.Len(t, b, n)
		}
		objects, bytes = s.Waiting()
		require.Zero(t, objects)
		require.Zero(t, bytes)
	})
}

// What has waited for too long, or is too much, is given up, the oldest first; what all others need is not.
func TestSpoolIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		opt  delivery.SpoolOptions
		lost int
	}{
		"by age":   {delivery.SpoolOptions{MaxAge: 5 * time.Second}, 16},
		"by bytes": {delivery.SpoolOptions{MaxBytes: 800}, 12},
	} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				below := &place{Memory: sink.NewMemory(), fault: errAway}
				p := delivery.NewPlace(below, delivery.PlaceOptions{})
				var told outcome
				c.opt.Settled, c.opt.Keep = told.settled, func(name string) bool { return name == "init" }
				s := delivery.NewSpool(p, c.opt)
				defer s.Close()
				put(t, s, "init", "")
				for n := range 20 {
					put(t, s, fmt.Sprint(n), strings.Repeat("x", 100))
					time.Sleep(time.Second)
				}
				_, bytes := s.Waiting()
				require.LessOrEqual(t, bytes, int64(800))
				below.set(nil)
				require.NoError(t, s.Drain(t.Context()))
				lost := 0
				for n := range 20 {
					if err := told.errs[fmt.Sprint(n)]; err != nil {
						require.ErrorIs(t, err, delivery.ErrGivenUp)
						require.ErrorIs(t, err, errAway, "and why")
						require.Equal(t, lost, n, "the oldest first")
						lost++
					}
				}
				require.InDelta(t, c.lost, lost, 1, "an attempt comes every two seconds")
				require.NoError(t, told.errs["init"])
			})
		})
	}
}

// An object that grows is on its way before it is whole; one that was aborted is no failure.
func TestSpoolDeliversWhatGrows(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		below := &place{Memory: sink.NewMemory()}
		var told outcome
		p := delivery.NewPlace(below, delivery.PlaceOptions{})
		s := delivery.NewSpool(p, delivery.SpoolOptions{Settled: told.settled})
		defer s.Close()
		for _, end := range []string{"commit", "abort"} {
			o, err := s.Create(t.Context(), end)
			require.NoError(t, err)
			_, err = o.Write([]byte("first"))
			require.NoError(t, err)
			require.NoError(t, o.(sink.Flusher).Flush())
			synctest.Wait()
			h, err := below.Open(t.Context(), end)
			require.NoError(t, err)
			size, whole := h.Size()
			require.EqualValues(t, 5, size)
			require.False(t, whole)
			require.NoError(t, h.Close())
			if end == "commit" {
				require.NoError(t, o.Commit())
			} else {
				o.Abort()
			}
		}
		require.NoError(t, s.Drain(t.Context()))
		objects, bytes := s.Waiting()
		require.Zero(t, objects)
		require.Zero(t, bytes)
		require.Equal(t, map[string]error{"commit": nil}, told.errs)
		require.Equal(t, []string{"commit"}, below.Names())
		require.NoError(t, p.Outage())
	})
}

// However commits and deliveries meet, the account of what waits comes to nothing in the end.
func TestSpoolAccount(t *testing.T) {
	p := delivery.NewPlace(sink.NewMemory(), delivery.PlaceOptions{})
	s := delivery.NewSpool(p, delivery.SpoolOptions{MaxAge: time.Hour, MaxBytes: 1 << 30})
	var work sync.WaitGroup
	for n := range 8 {
		work.Go(func() {
			for i := range 200 {
				o, err := s.Create(context.Background(), fmt.Sprintf("%d/%d", n, i))
				if err == nil {
					_, err = o.Write([]byte("part"))
				}
				if err == nil && i%2 == 0 {
					err = o.(sink.Flusher).Flush()
				}
				if err = errors.Join(err, o.Commit()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	require.NoError(t, s.Drain(t.Context()))
	objects, bytes := s.Waiting()
	require.Zero(t, objects)
	require.Zero(t, bytes)
	require.NoError(t, s.Close())
}

// A source that can wait does, when much is on its way.
func TestSpoolWaits(t *testing.T) {
	bubble.Test(t, func(t *testing.T) {
		below := &place{Memory: sink.NewMemory(), fault: errAway}
		s := delivery.NewSpool(delivery.NewPlace(below, delivery.PlaceOptions{}), delivery.SpoolOptions{WaitBytes: 10, MaxAge: time.Minute})
		defer s.Close()
		go func() {
			time.Sleep(20 * time.Second)
			below.set(nil)
		}()
		began := time.Now()
		for n := range 40 {
			put(t, s, fmt.Sprint(n), "x")
		}
		require.GreaterOrEqual(t, time.Since(began), 20*time.Second, "on the test's clock")
		require.NoError(t, s.Drain(t.Context()))
		require.Len(t, below.Names(), 40)
	})
}

// How long an outage is borne.
func TestPatience(t *testing.T) {
	wrong := &sink.StatusError{Code: 403, Status: "403 Forbidden"}
	for name, c := range map[string]struct {
		opt    delivery.PlaceOptions
		before error // of an attempt that came before
		fault  error
		hurry  time.Duration
		lasts  time.Duration
		gives  error
	}{
		"for so long":                    {opt: delivery.PlaceOptions{Patience: 10 * time.Second}, fault: errAway, lasts: 10 * time.Second, gives: errAway},
		"not at all":                     {opt: delivery.PlaceOptions{Patience: -1}, fault: errAway, gives: errAway},
		"at the end":                     {fault: errAway, hurry: time.Second, lasts: time.Second, gives: delivery.ErrGivenUp},
		"refused from the start":         {fault: wrong, before: errAway, gives: wrong},
		"refused by one that has worked": {opt: delivery.PlaceOptions{Patience: 10 * time.Second}, fault: wrong, lasts: 10 * time.Second, gives: wrong},
		"a bad name":                     {fault: fmt.Errorf("no: %w", sink.ErrName), gives: sink.ErrName},
	} {
		t.Run(name, func(t *testing.T) {
			bubble.Test(t, func(t *testing.T) {
				p := delivery.NewPlace(sink.NewMemory(), c.opt)
				if c.before == nil {
					require.NoError(t, p.Do(t.Context(), func() error { return nil }))
				}
				if c.hurry > 0 {
					p.Hurry(c.hurry)
				}
				began := time.Now()
				err := p.Do(t.Context(), func() error { return c.fault })
				require.ErrorIs(t, err, c.gives)
				require.InDelta(t, c.lasts.Seconds(), time.Since(began).Seconds(), 2, "on the test's clock")
			})
		})
	}
}

// An object of a recording is written again from its start when its place fails in the middle.
func TestPatientWritesAgain(t *testing.T) {
	for op := range 8 {
		bubble.Test(t, func(t *testing.T) {
			below := sink.NewMemory()
			faulty := sinktest.Faulty(below, sinktest.Plan{N: op})
			s := delivery.NewPlace(faulty, delivery.PlaceOptions{Patience: time.Minute}).Patient()
			o, err := s.Create(t.Context(), "a")
			require.NoError(t, err)
			for _, part := range []string{"one ", "two ", "three"} {
				_, err := o.Write([]byte(part))
				require.NoError(t, err)
			}
			require.NoError(t, o.Commit())
			b, err := sink.ReadObject(t.Context(), below, "a")
			require.NoError(t, err)
			require.Equal(t, "one two three", string(b))
			require.Zero(t, faulty.Unended())
		})
	}
}
