package demux

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const clip = "../../testdata/clip.mp4" // eight seconds of pictures and sound

// both opens the clip with a track of each.
func both(t *testing.T, logger *slog.Logger) (in *Input, pictures, sound *Track) {
	t.Helper()
	t.Cleanup(func() { require.Empty(t, av.Live()) })
	in, err := Open(t.Context(), Config{InputConfig: av.InputConfig{URL: clip, Logger: logger}})
	require.NoError(t, err)
	t.Cleanup(in.Close)
	for _, kind := range []media.Kind{media.KindVideo, media.KindAudio} {
		st, err := in.Best(kind)
		require.NoError(t, err)
		track := in.Take(st)
		t.Cleanup(track.Close)
		if kind == media.KindVideo {
			pictures = track
		} else {
			sound = track
		}
	}
	return in, pictures, sound
}

func newPacket(t *testing.T) *av.Packet {
	t.Helper()
	p, err := av.NewPacket()
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// count reads a track to its end.
func count(t *testing.T, track *Track, p *av.Packet) (n int) {
	t.Helper()
	for {
		err := track.Read(t.Context(), p)
		if errors.Is(err, io.EOF) {
			return n
		}
		require.NoError(t, err)
		n++
	}
}

// Whoever reads first, each has all of its packets.
func TestEachHasItsPackets(t *testing.T) {
	_, pictures, sound := both(t, nil)
	p := newPacket(t)
	heard := count(t, sound, p)
	require.Equal(t, 240, count(t, pictures, p))
	require.Greater(t, heard, 300)
	from, to, any := sound.Span()
	require.True(t, any)
	require.InDelta(t, 0, from.Seconds(), 0.03)
	require.InDelta(t, 8, to.Seconds(), 0.1)
}

// What nobody wants is not kept, and what is closed is wanted no more.
func TestClosedTrack(t *testing.T) {
	_, pictures, sound := both(t, nil)
	p := newPacket(t)
	require.NoError(t, sound.Read(t.Context(), p))
	pictures.Close()
	pictures.Close()
	require.Greater(t, count(t, sound, p), 300)
	require.ErrorIs(t, pictures.Read(t.Context(), p), av.ErrClosed)
}

// Pictures come when the sound that belongs beside them was met.
func TestPicturesWaitForSound(t *testing.T) {
	_, pictures, sound := both(t, nil)
	pictures.Follow(sound)
	p := newPacket(t)
	for range 200 {
		require.NoError(t, pictures.Read(t.Context(), p))
		_, to, any := sound.Span()
		require.True(t, any)
		require.GreaterOrEqual(t, to, pictures.stream.Timebase.Duration(p.DTS()))
	}
}

func TestReadWithin(t *testing.T) {
	_, pictures, sound := both(t, nil)
	p := newPacket(t)
	err := error(nil)
	for err == nil {
		err = sound.ReadWithin(t.Context(), p, 2*time.Second)
	}
	require.ErrorIs(t, err, ErrFar)
	require.NoError(t, pictures.Read(t.Context(), p))
}

// Too many pictures wait: the sound starves until they are read, or until nobody waits for them any more.
func TestStarving(t *testing.T) {
	for name, feed := range map[string]func(pictures, sound *Track, p *av.Packet) error{
		"read": func(pictures, _ *Track, p *av.Packet) error { return pictures.Read(context.Background(), p) },
		"solo": func(_, sound *Track, _ *av.Packet) error { sound.Solo(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			_, pictures, sound := both(t, nil)
			pictures.most = 1 // one packet
			hungry := make(chan struct{}, 1)
			sound.OnStarve(func() {
				select {
				case hungry <- struct{}{}:
				default:
				}
			})
			done := make(chan int)
			p, q := newPacket(t), newPacket(t)
			go func() {
				n := 0
				for sound.Read(context.Background(), p) == nil {
					n++
				}
				done <- n
			}()
			for {
				select {
				case <-hungry:
					require.NoError(t, feed(pictures, sound, q))
					continue
				case n := <-done:
					require.Greater(t, n, 300)
				}
				return
			}
		})
	}
}

// A track is settled when its reader has taken all that came and waits, or has gone.
func TestSettled(t *testing.T) {
	_, pictures, sound := both(t, nil)
	p := newPacket(t)
	require.NoError(t, pictures.Read(t.Context(), p))
	require.NoError(t, sound.Read(t.Context(), p))
	busy := sound.Settled()
	select {
	case <-busy:
		require.Fail(t, "its reader has a packet")
	default:
	}
	ended := make(chan error)
	go func() {
		err := error(nil)
		for err == nil {
			err = sound.Read(context.Background(), newPacket(t))
		}
		ended <- err
	}()
	require.ErrorIs(t, <-ended, io.EOF)
	sound.Close()
	<-busy
	<-sound.Settled()
}

// Sound that waits too long is dropped with one warning.
func TestTooMuchSound(t *testing.T) {
	var log bytes.Buffer
	_, pictures, sound := both(t, slog.New(slog.NewTextHandler(&log, nil)))
	sound.most = 10_000
	p := newPacket(t)
	require.Equal(t, 240, count(t, pictures, p))
	kept := count(t, sound, p)
	require.Greater(t, kept, 5)
	require.Less(t, kept, 100)
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("sound is left out")))
}

func TestContextEndsRead(t *testing.T) {
	_, pictures, sound := both(t, nil)
	pictures.most = 1
	p := newPacket(t)
	ctx, cancel := context.WithCancel(t.Context())
	sound.OnStarve(cancel)
	err := error(nil)
	for err == nil {
		err = sound.Read(ctx, p)
	}
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, pictures.Read(t.Context(), p), "the input is open still")
}
