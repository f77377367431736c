package sinktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/framegear/framegear/muxer/sink"
	"github.com/stretchr/testify/require"
)

// Run checks the sinks that newSink returns, a new and empty one for each sub-test; newSink releases it with t.Cleanup. What
// a sink holds is checked when it is a [sink.Reader], growing objects when its objects are [sink.Flusher] as well.
// Growing objects are written and read in a bubble of testing/synctest, in which nothing may wait for a network: a remote
// sink can be given a Reader for the test, which asks the server, when its objects hide their Flush.
func Run(t *testing.T, newSink func(t *testing.T) sink.Sink) {
	for _, test := range []struct {
		name string
		run  func(*kit)
	}{
		{"commit publishes", (*kit).commitPublishes},
		{"replace at commit", (*kit).replace},
		{"abort", (*kit).abort},
		{"empty object", (*kit).empty},
		{"large object in pieces", (*kit).large},
		{"concurrent writers", (*kit).concurrent},
		{"names", (*kit).names},
		{"use after the end", (*kit).afterEnd},
		{"remove", (*kit).remove},
		{"remove and create again", (*kit).removeAndCreate},
		{"cancelled before", (*kit).cancelledBefore},
		{"cancelled in the middle", (*kit).cancelledInTheMiddle},
		{"open unknown", (*kit).openUnknown},
		{"seek and size", (*kit).seek},
		{"handle outlives its name", (*kit).handleOutlives},
		{"growing", (*kit).growing},
		{"growing aborted", (*kit).growingAborted},
		{"growing closed", (*kit).growingClosed},
		{"growing cancelled", (*kit).growingCancelled},
		{"growing read by many", (*kit).growingMany},
		{"growing hidden by committed", (*kit).growingHidden},
		{"copy of growing", (*kit).growingCopy},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSink(t)
			reader, _ := s.(sink.Reader)
			test.run(&kit{T: t, sink: s, reader: reader})
		})
	}
}

type kit struct {
	*testing.T
	sink   sink.Sink
	reader sink.Reader // nil when it is none
}

func (k *kit) create(name string) sink.Object {
	k.Helper()
	o, err := k.sink.Create(k.Context(), name)
	require.NoError(k, err)
	return o
}

func (k *kit) write(o sink.Object, s string) {
	k.Helper()
	n, err := o.Write([]byte(s))
	require.NoError(k, err)
	require.Equal(k, len(s), n)
}

func (k *kit) put(name, content string) {
	k.Helper()
	require.NoError(k, sink.WriteObject(k.Context(), k.sink, name, []byte(content)))
}

func (k *kit) holds(name, content string) {
	k.Helper()
	if k.reader == nil {
		return
	}
	b, err := sink.ReadObject(k.Context(), k.reader, name)
	require.NoError(k, err)
	require.Equal(k, content, string(b))
}

func (k *kit) lacks(name string) {
	k.Helper()
	if k.reader == nil {
		return
	}
	_, err := k.reader.Open(k.Context(), name)
	require.ErrorIs(k, err, fs.ErrNotExist)
}

// fails checks that an error is of our type, names the operation, and has the cause.
func (k *kit) fails(err, cause error) {
	k.Helper()
	require.ErrorIs(k, err, cause)
	var e *sink.Error
	require.ErrorAs(k, err, &e)
	require.NotEmpty(k, e.Op)
}

func (k *kit) commitPublishes() {
	o := k.create("v0/1.m4s")
	k.write(o, "hello ")
	k.lacks("v0/1.m4s")
	k.write(o, "world")
	k.lacks("v0/1.m4s")
	require.NoError(k, o.Commit())
	k.holds("v0/1.m4s", "hello world")
	o.Abort()
	k.holds("v0/1.m4s", "hello world")
}

func (k *kit) replace() {
	k.put("live.mpd", "old and longer")
	o := k.create("live.mpd")
	k.write(o, "new")
	k.holds("live.mpd", "old and longer")
	require.NoError(k, o.Commit())
	k.holds("live.mpd", "new")
}

func (k *kit) abort() {
	k.put("a", "kept")
	for _, name := range []string{"a", "sub/b"} {
		o := k.create(name)
		k.write(o, "given up")
		o.Abort()
		o.Abort()
	}
	k.holds("a", "kept")
	k.lacks("sub/b")
	k.put("sub/b", "second try")
	k.holds("sub/b", "second try")
}

func (k *kit) empty() {
	require.NoError(k, k.create("empty").Commit())
	k.holds("empty", "")
	o := k.create("nothing")
	k.write(o, "")
	require.NoError(k, o.Commit())
	k.holds("nothing", "")
}

func (k *kit) large() {
	random := rand.New(rand.NewPCG(1, 2))
	want := make([]byte, 0, 2<<20)
	o := k.create("large")
	buffer := make([]byte, 70_000)
	for len(want) < 1<<20 {
		p := buffer[:1+random.IntN(len(buffer))]
		for i := range p {
			p[i] = byte(random.Uint32())
		}
		want = append(want, p...)
		k.write(o, string(p))
		n, err := o.Write(p)
		require.NoError(k, err)
		require.Equal(k, len(p), n)
		want = append(want, p...)
		clear(p) // it was borrowed for the call only
	}
	require.NoError(k, o.Commit())
	if k.reader == nil {
		return
	}
	got, err := sink.ReadObject(k.Context(), k.reader, "large")
	require.NoError(k, err)
	require.True(k, bytes.Equal(want, got), "content differs: %d bytes written, %d read", len(want), len(got))
}

func (k *kit) concurrent() {
	const writers, objects = 8, 8
	failed := make(chan error, writers)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for n := range objects {
				name := fmt.Sprintf("v%d/%d.m4s", w%3, w*objects+n)
				err := sink.WriteObject(k.Context(), k.sink, name, []byte(name))
				if n%2 == 1 {
					err = errors.Join(err, k.sink.Remove(k.Context(), name))
				}
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(failed)
	for err := range failed {
		require.NoError(k, err)
	}
	for i := range writers * objects {
		name := fmt.Sprintf("v%d/%d.m4s", i/objects%3, i)
		if i%2 == 1 {
			k.lacks(name)
		} else {
			k.holds(name, name)
		}
	}
}

func (k *kit) names() {
	bad := []string{"", ".", "..", "/etc/x", "../x", "a/../../x", "a/..", "a//b", "a/", "./a", `a\b`, "a\x00b"}
	for _, name := range bad {
		_, err := k.sink.Create(k.Context(), name)
		k.fails(err, sink.ErrName)
		k.fails(k.sink.Remove(k.Context(), name), sink.ErrName)
		if k.reader != nil {
			_, err := k.reader.Open(k.Context(), name)
			k.fails(err, sink.ErrName)
		}
	}
	good := []string{"a", "..a", "a..", "d/e/f/g.m4s", "with space", "100%", "q?x=1", "h#1", "ü/雪.m4s", "a+b&c", "a:b"}
	for _, name := range good {
		k.put(name, "content of "+name)
	}
	for _, name := range good {
		k.holds(name, "content of "+name)
	}
}

func (k *kit) afterEnd() {
	committed, aborted := k.create("committed"), k.create("aborted")
	k.write(committed, "x")
	require.NoError(k, committed.Commit())
	aborted.Abort()
	for _, o := range []sink.Object{committed, aborted} {
		k.fails(o.Commit(), sink.ErrClosed)
		_, err := o.Write([]byte("late"))
		k.fails(err, sink.ErrClosed)
		if f, ok := o.(sink.Flusher); ok {
			k.fails(f.Flush(), sink.ErrClosed)
		}
		o.Abort()
	}
	k.holds("committed", "x")
	k.lacks("aborted")
}

func (k *kit) remove() {
	require.NoError(k, k.sink.Remove(k.Context(), "never/was"))
	k.put("v0/1.m4s", "1")
	k.put("v0/2.m4s", "2")
	require.NoError(k, k.sink.Remove(k.Context(), "v0/1.m4s"))
	k.lacks("v0/1.m4s")
	k.holds("v0/2.m4s", "2")
	require.NoError(k, k.sink.Remove(k.Context(), "v0/1.m4s"))
	require.NoError(k, k.sink.Remove(k.Context(), "v0"))
	k.holds("v0/2.m4s", "2")

	o := k.create("v0/3.m4s")
	k.write(o, "3")
	require.NoError(k, k.sink.Remove(k.Context(), "v0/3.m4s"), "an object in the making is not touched")
	require.NoError(k, o.Commit())
	k.holds("v0/3.m4s", "3")
}

func (k *kit) removeAndCreate() {
	for range 3 {
		k.put("only/one.m4s", "x")
		k.holds("only/one.m4s", "x")
		require.NoError(k, k.sink.Remove(k.Context(), "only/one.m4s"))
		k.lacks("only/one.m4s")
	}
}

func (k *kit) cancelledBefore() {
	k.put("a", "x")
	ctx, cancel := context.WithCancel(k.Context())
	cancel()
	_, err := k.sink.Create(ctx, "b")
	k.fails(err, context.Canceled)
	k.fails(k.sink.Remove(ctx, "a"), context.Canceled)
	k.holds("a", "x")
	if k.reader != nil {
		_, err := k.reader.Open(ctx, "a")
		k.fails(err, context.Canceled)
	}
}

func (k *kit) cancelledInTheMiddle() {
	k.put("a", "old")
	ctx, cancel := context.WithCancel(k.Context())
	written, untouched := k.createWith(ctx, "a"), k.createWith(ctx, "b")
	k.write(written, "half")
	cancel()
	_, err := written.Write([]byte("other half"))
	k.fails(err, context.Canceled)
	k.fails(written.Commit(), context.Canceled)
	k.fails(untouched.Commit(), context.Canceled)
	written.Abort()
	k.holds("a", "old")
	k.lacks("b")
}

func (k *kit) createWith(ctx context.Context, name string) sink.Object {
	k.Helper()
	o, err := k.sink.Create(ctx, name)
	require.NoError(k, err)
	return o
}
