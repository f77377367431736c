package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// follow notes when each frame of a rendition can be read in the files that ffmpeg writes with a fragment per frame, until the context
// ends. A segment is read while it grows, under the temporary name that it has until then: what a server would need to do to be as fast.
func (j *job) follow(ctx context.Context, w *watched, rendition int) {
	track := fmt.Sprint(rendition)
	for n := 1; ctx.Err() == nil; n++ {
		name, next := filepath.Join(j.Out, j.segment(rendition, n)), filepath.Join(j.Out, j.segment(rendition, n+1))
		followSegment(ctx, name, next, func() { w.readable(track) })
	}
}

// pollEvery is far below what is measured.
const pollEvery = 300 * time.Microsecond

// followSegment reads a segment's boxes as they come, until the next segment is there and this one has no more.
func followSegment(ctx context.Context, name, next string, frame func()) {
	var f *os.File
	var at int64
	for ctx.Err() == nil {
		if f == nil {
			f = openAny(name+".tmp", name)
		}
		if f == nil {
			time.Sleep(pollEvery)
			continue
		}
		over := exists(next) || exists(next+".tmp") // before the last look
		for {
			kind, size, err := boxAt(f, at)
			if err != nil {
				break
			}
			at += size
			if kind == "mdat" {
				frame()
			}
		}
		if over {
			break
		}
		time.Sleep(pollEvery)
	}
	if f != nil {
		f.Close()
	}
}

func openAny(names ...string) *os.File {
	for _, name := range names {
		if f, err := os.Open(name); err == nil {
			return f
		}
	}
	return nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

var errUnfinished = errors.New("not all there yet")

// boxAt returns the kind and size in bytes of the box at an offset, once all of it is in the file.
func boxAt(f *os.File, at int64) (kind string, size int64, err error) {
	var head [8]byte
	if _, err := f.ReadAt(head[:], at); err != nil {
		return "", 0, err
	}
	size = int64(binary.BigEndian.Uint32(head[:]))
	if size < 8 {
		return "", 0, io.ErrUnexpectedEOF
	}
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	if info.Size() < at+size {
		return "", 0, errUnfinished
	}
	return string(head[4:]), size, nil
}
