package sinktest

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/muxer/sink"
)

func (k *kit) needReader() {
	k.Helper()
	if k.reader == nil {
		k.Skip("the sink is no Reader")
	}
}

func (k *kit) open(name string) sink.Handle {
	k.Helper()
	h, err := k.reader.Open(k.Context(), name)
	require.NoError(k, err)
	return h
}

func (k *kit) openUnknown() {
	k.needReader()
	k.put("folder/file", "x")
	for _, name := range []string{"unknown", "folder", "folder/other", "folder/file/below"} {
		_, err := k.reader.Open(k.Context(), name)
		k.fails(err, fs.ErrNotExist)
	}
}

func (k *kit) seek() {
	k.needReader()
	k.put("digits", "0123456789")
	h := k.open("digits")
	defer h.Close()
	size, whole := h.Size()
	require.EqualValues(k, 10, size)
	require.True(k, whole)
	require.False(k, h.ModTime().IsZero())
	for _, step := range []struct {
		offset int64
		whence int
		pos    int64
		rest   string
	}{
		{4, io.SeekStart, 4, "456789"},
		{-2, io.SeekCurrent, 8, "89"},
		{-3, io.SeekEnd, 7, "789"},
		{5, io.SeekEnd, 15, ""},
		{0, io.SeekStart, 0, "0123456789"},
	} {
		pos, err := h.Seek(step.offset, step.whence)
		require.NoError(k, err)
		require.Equal(k, step.pos, pos)
		rest, err := io.ReadAll(h)
		require.NoError(k, err)
		require.Equal(k, step.rest, string(rest))
	}
	_, err := h.Seek(-1, io.SeekStart)
	require.ErrorIs(k, err, fs.ErrInvalid)
	_, err = h.Seek(0, 9)
	require.ErrorIs(k, err, fs.ErrInvalid)
	require.NoError(k, h.Close())
	_, err = h.Read(make([]byte, 1))
	require.ErrorIs(k, err, fs.ErrClosed)
}

func (k *kit) handleOutlives() {
	k.needReader()
	k.put("a", "first")
	first := k.open("a")
	defer first.Close()
	k.put("a", "second")
	second := k.open("a")
	defer second.Close()
	require.NoError(k, k.sink.Remove(k.Context(), "a"))
	k.lacks("a")
	for want, h := range map[string]sink.Handle{"first": first, "second": second} {
		got, err := io.ReadAll(h)
		require.NoError(k, err)
		require.Equal(k, want, string(got))
	}
}

// growth runs a test of a growing object in a bubble, in which "it blocks" can be seen without waiting.
func (k *kit) growth(run func(k *kit)) {
	k.needReader()
	o := k.create("probe")
	_, flushes := o.(sink.Flusher)
	o.Abort()
	if !flushes {
		k.Skip("the sink's objects are no Flusher")
	}
	synctest.Test(k.T, func(t *testing.T) { run(&kit{T: t, sink: k.sink, reader: k.reader}) })
}

func (k *kit) flush(o sink.Object, s string) {
	k.Helper()
	k.write(o, s)
	require.NoError(k, o.(sink.Flusher).Flush())
}

type result struct {
	text string
	err  error
}

// read starts a Read and returns where its result comes.
func read(h sink.Handle) <-chan result {
	done := make(chan result, 1)
	go func() {
		p := make([]byte, 100)
		n, err := h.Read(p)
		done <- result{string(p[:n]), err}
	}()
	return done
}

// blocks checks that nothing came although everybody else is waiting.
func (k *kit) blocks(done <-chan result) {
	k.Helper()
	synctest.Wait()
	select {
	case r := <-done:
		require.Failf(k, "did not block", "Read returned %q, %v", r.text, r.err)
	default:
	}
}

func (k *kit) growing() {
	k.growth(func(k *kit) {
		o := k.create("v0/1.m4s")
		k.write(o, "unseen")
		k.lacks("v0/1.m4s")
		k.flush(o, " no more")
		h := k.open("v0/1.m4s")
		defer h.Close()
		size, whole := h.Size()
		require.EqualValues(k, len("unseen no more"), size)
		require.False(k, whole)
		require.False(k, h.ModTime().IsZero())
		require.Equal(k, result{"unseen no more", nil}, <-read(h))

		next := read(h)
		k.blocks(next)
		k.write(o, "part")
		k.blocks(next)
		k.flush(o, " two")
		require.Equal(k, result{"part two", nil}, <-next)

		next = read(h)
		k.blocks(next)
		k.write(o, ", end")
		require.NoError(k, o.Commit())
		require.Equal(k, result{", end", nil}, <-next)
		require.Equal(k, result{"", io.EOF}, <-read(h))
		size, whole = h.Size()
		require.EqualValues(k, len("unseen no morepart two, end"), size)
		require.True(k, whole)
		k.holds("v0/1.m4s", "unseen no morepart two, end")
	})
}

func (k *kit) growingAborted() {
	k.growth(func(k *kit) {
		o := k.create("a/1")
		k.flush(o, "some")
		h, late := k.open("a/1"), k.open("a/1")
		defer h.Close()
		defer late.Close()
		<-read(h)
		next := read(h)
		k.blocks(next)
		o.Abort()
		require.ErrorIs(k, (<-next).err, sink.ErrAborted)
		require.Equal(k, result{"some", nil}, <-read(late), "what was readable stays readable")
		require.ErrorIs(k, (<-read(late)).err, sink.ErrAborted)
		_, whole := h.Size()
		require.False(k, whole)
		k.lacks("a/1")
	})
}

func (k *kit) growingClosed() {
	k.growth(func(k *kit) {
		o := k.create("a")
		defer o.Abort()
		k.flush(o, "some")
		h := k.open("a")
		<-read(h)
		next := read(h)
		k.blocks(next)
		require.NoError(k, h.Close())
		require.ErrorIs(k, (<-next).err, fs.ErrClosed)
	})
}

func (k *kit) growingCancelled() {
	k.growth(func(k *kit) {
		o := k.create("a")
		defer o.Abort()
		k.flush(o, "some")
		ctx, cancel := context.WithCancel(k.Context())
		h, err := k.reader.Open(ctx, "a")
		require.NoError(k, err)
		defer h.Close()
		<-read(h)
		next := read(h)
		k.blocks(next)
		cancel()
		require.ErrorIs(k, (<-next).err, context.Canceled)
	})
}

func (k *kit) growingMany() {
	k.growth(func(k *kit) {
		const readers = 10
		o := k.create("a")
		k.flush(o, "0")
		results := make(chan result, readers)
		for range readers {
			go func() {
				b, err := sink.ReadObject(context.Background(), k.reader, "a")
				results <- result{string(b), err}
			}()
		}
		synctest.Wait()
		for _, part := range []string{"1", "22", "333", "4444"} {
			k.flush(o, part)
		}
		require.NoError(k, o.Commit())
		for range readers {
			require.Equal(k, result{"01223334444", nil}, <-results)
		}
	})
}

func (k *kit) growingHidden() {
	k.growth(func(k *kit) {
		k.put("a", "committed")
		o := k.create("a")
		k.flush(o, "growing")
		k.holds("a", "committed")
		require.NoError(k, o.Commit())
		k.holds("a", "growing")
	})
}

func (k *kit) growingCopy() {
	k.growth(func(k *kit) {
		o := k.create("a")
		var want strings.Builder
		for part := range strings.SplitSeq(strings.Repeat("part of the object;", 200), ";") {
			k.flush(o, part)
			want.WriteString(part)
		}
		h := k.open("a")
		defer h.Close()
		var got bytes.Buffer
		copied := make(chan error, 1)
		go func() {
			_, err := io.Copy(&got, h)
			copied <- err
		}()
		synctest.Wait()
		k.write(o, "tail")
		require.NoError(k, o.Commit())
		require.NoError(k, <-copied)
		require.Equal(k, want.String()+"tail", got.String())
	})
}
