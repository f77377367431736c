package framegear_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/leaktest"
)

// The long run, whose memory is looked at:
//
//	go test -run TestStreamsComeAndGo -churn 2400 -v .
var churn = flag.Int("churn", 16, "streams of TestStreamsComeAndGo, eight at a time")

// resident is the memory that the process has of the system, in bytes; 0 where that is not known.
func resident() int64 {
	var pages int64
	if b, err := os.ReadFile("/proc/self/statm"); err == nil {
		_, _ = fmt.Sscan(strings.Fields(string(b))[1], &pages)
	}
	return pages * int64(os.Getpagesize())
}

// Streams that are added and removed for ever leave nothing behind.
func TestStreamsComeAndGo(t *testing.T) {
	leaktest.Check(t)
	const workers = 8
	pix := bytes.Repeat([]byte{1, 2, 3}, 320*180)
	before := resident()
	var streams sync.WaitGroup
	for range workers {
		streams.Go(func() {
			for range *churn / workers {
				s, err := framegear.New("", framegear.Options{
					Preset: "ultrafast", Live: true, WhenFull: framegear.BlockWhenFull, Ladder: framegear.Ladder{{}, {Height: 90}},
				})
				if err != nil {
					t.Error(err)
					return
				}
				for range 3 {
					if err := s.WriteFrame(framegear.BGR(pix, 320, 180)); err != nil {
						t.Error(err)
					}
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	streams.Wait()
	freed := resident()
	av.Trim()
	after := resident()
	t.Logf("%d streams: resident %d MB before, %d MB behind them, %d MB trimmed", *churn, before>>20, freed>>20, after>>20)
	if *churn >= 400 {
		require.Less(t, after, before+64<<20)
	}
}
