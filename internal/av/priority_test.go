package av_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// No thread of the process is a real-time thread after SVT-AV1 has been opened, which as root makes some.
func TestEncodersDoNotRaisePriorities(t *testing.T) {
	e, err := av.OpenVideoEncoder(av.VideoConfig{
		Name: "libsvtav1", Width: 128, Height: 128, Layout: av.LayoutI420, FrameRate: media.FPS(25), Timescale: 25, Bitrate: 100_000, BFrames: -1,
		Options: map[string]string{"preset": "12"},
	})
	require.NoError(t, err)
	defer e.Close()
	tasks, err := os.ReadDir("/proc/self/task")
	require.NoError(t, err)
	for _, task := range tasks {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%s/stat", task.Name()))
		if err != nil {
			continue // it has ended
		}
		_, after, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(after) // from the third one on (proc(5))
		require.Equal(t, "0", fields[41-3], "scheduling policy of thread %s", task.Name())
	}
}
