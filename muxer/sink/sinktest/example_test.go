package sinktest_test

import (
	"context"
	"fmt"

	"github.com/framegear/framegear/muxer/sink"
	"github.com/framegear/framegear/muxer/sink/sinktest"
)

// Each call of some work is made to fail once.
func ExampleFaulty() {
	publish := func(s sink.Sink) error {
		return sink.WriteObject(context.Background(), s, "live.mpd", []byte("<MPD/>"))
	}
	clean := sinktest.Faulty(sink.NewMemory(), sinktest.Plan{})
	fmt.Println(publish(clean), clean.Calls())
	for n := 1; n <= clean.Calls(); n++ {
		fmt.Println(publish(sinktest.Faulty(sink.NewMemory(), sinktest.Plan{N: n})))
	}
	// Output:
	// <nil> 3
	// sink: create live.mpd: injected fault
	// sink: write live.mpd: injected fault
	// sink: commit live.mpd: injected fault
}
