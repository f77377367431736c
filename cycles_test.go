package framegear_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/encoder"
)

// The long run of TestEncodersComeAndGo, in which a fault of one in thousands shows:
//
//	go test -run TestEncodersComeAndGo -cycle-processes 100 -cycles 60 .
var (
	cycleProcesses = flag.Int("cycle-processes", 1, "processes of TestEncodersComeAndGo for each codec, one after the other")
	cycles         = flag.Int("cycles", 3, "how often each of them starts and stops streams")
)

// cycledCodec names the codec to a child process of TestEncodersComeAndGo.
const cycledCodec = "FRAMEGEAR_CYCLED_CODEC"

// Streams begin and end while others do, and ladders close all at once: no encoder library takes harm. What a corrupted heap does to a
// process cannot be caught, so the streams have processes of their own.
func TestEncodersComeAndGo(t *testing.T) {
	if codec := os.Getenv(cycledCodec); codec != "" {
		cycle(t, codec)
		return
	}
	self, err := os.Executable()
	require.NoError(t, err)
	for _, codec := range []string{"libx264", "libx265", "libsvtav1"} {
		t.Run(codec, func(t *testing.T) {
			if !encoder.Available(codec) {
				t.Skip(codec + " is not in this build")
			}
			for n := range *cycleProcesses {
				child := exec.CommandContext(t.Context(), self, "-test.run=^TestEncodersComeAndGo$", fmt.Sprintf("-cycles=%d", *cycles))
				child.Env = append(os.Environ(), cycledCodec+"="+codec)
				said, err := child.CombinedOutput()
				require.NoError(t, err, "process %d: %s", n, said[:min(len(said), 4000)])
			}
		})
	}
}

func cycle(t *testing.T, codec string) {
	frame := framegear.BGR(bytes.Repeat([]byte{1, 2, 3}, 96*96), 96, 96)
	ladder := framegear.Ladder{{Width: 96, Height: 96}, {Width: 80, Height: 80}, {Width: 64, Height: 64}}
	for n := range *cycles {
		var streams sync.WaitGroup
		for range 2 {
			streams.Go(func() {
				s, err := framegear.New("", framegear.Options{Codec: codec, Ladder: ladder})
				if err != nil {
					t.Error(err)
					return
				}
				for range n % 3 {
					err = s.WriteFrame(frame)
				}
				if n%2 == 0 && err == nil {
					err = s.Finish(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		streams.Wait()
	}
}
