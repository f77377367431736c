// This example shows how to:
//  1. open a video file and read its pictures
//  2. record them as a ladder of three renditions, with an MPD and playlists over the same segments
//  3. finish, so that players know where the end is
//
// Usage: go run ./examples/1-record-file VIDEO FOLDER
package main

import (
	"context"
	"log"
	"os"

	"github.com/framegear/framegear"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: 1-record-file VIDEO FOLDER")
	}
	if err := record(context.Background(), os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func record(ctx context.Context, video, folder string) error {
	in, err := framegear.OpenInput(ctx, video, framegear.InputOptions{})
	if err != nil {
		return err
	}
	defer in.Close()

	s, err := framegear.New(folder, framegear.Options{
		FrameRate: in.FrameRate(),
		Clock:     framegear.ClockPTS, // the file's own timestamps
		Timebase:  in.Timebase(),
		Filter:    in.Upright(), // a phone's pictures may lie on their side
		Aspect:    in.Aspect(),
		Ladder: framegear.Ladder{
			{Bitrate: 600_000}, // the source's own size
			{Width: 426, Height: 240, Bitrate: 250_000},
			{Width: 256, Height: 144, Bitrate: 100_000},
		},
	})
	if err != nil {
		return err
	}
	defer s.Close()

	if err := s.WriteFrames(ctx, in.Frames()); err != nil {
		return err
	}
	if err := s.Finish(ctx); err != nil {
		return err
	}
	for _, m := range s.Manifests() {
		log.Print(m)
	}
	return nil
}
