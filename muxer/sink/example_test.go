package sink_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"github.com/framegear/framegear/muxer/sink"
)

// A name shows a whole object or nothing.
func ExampleDir() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()

	d, err := sink.NewDir(folder)
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	segment, err := d.Create(ctx, "v0/1.m4s")
	if err != nil {
		log.Fatal(err)
	}
	defer segment.Abort()
	if _, err := io.WriteString(segment, "moof mdat"); err != nil {
		log.Fatal(err)
	}
	_, err = os.Stat(filepath.Join(folder, "v0", "1.m4s"))
	fmt.Println("there before the commit:", !errors.Is(err, fs.ErrNotExist))
	if err := segment.Commit(); err != nil {
		log.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(folder, "v0", "1.m4s"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("after it: %s\n", b)
	// Output:
	// there before the commit: false
	// after it: moof mdat
}

// A reader follows an object that is still being written.
func ExampleMemory() {
	ctx := context.Background()
	m := sink.NewMemory()
	segment, err := m.Create(ctx, "v0/1.m4s")
	if err != nil {
		log.Fatal(err)
	}
	defer segment.Abort()
	part := func(s string) {
		if _, err := io.WriteString(segment, s); err != nil {
			log.Fatal(err)
		}
		if err := segment.(sink.Flusher).Flush(); err != nil {
			log.Fatal(err)
		}
	}
	part("part 1\n")

	viewer, err := m.Open(ctx, "v0/1.m4s")
	if err != nil {
		log.Fatal(err)
	}
	defer viewer.Close()
	seen := make(chan error)
	go func() {
		_, err := io.Copy(os.Stdout, viewer)
		seen <- err
	}()
	part("part 2\n")
	part("part 3\n")
	if err := segment.Commit(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("end:", <-seen)
	// Output:
	// part 1
	// part 2
	// part 3
	// end: <nil>
}

// A recording and an origin from one output: what fails in one goes on in the other.
func ExampleTee() {
	ctx := context.Background()
	first, second := sink.NewMemory(), sink.NewMemory()
	both := sink.Tee(first, second)
	if err := sink.WriteObject(ctx, both, "live.mpd", []byte("<MPD/>")); err != nil {
		log.Fatal(err)
	}
	fmt.Println(first.Names(), second.Names())
	// Output: [live.mpd] [live.mpd]
}

func ExampleNewHTTP() {
	_, err := sink.NewHTTP("ftp://example.com/live", sink.HTTPOptions{})
	fmt.Println(err)
	// Output: sink: http: "ftp://example.com/live" (want http://host/path or https://host/path)
}
