package streamgear_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/streamgear"
)

// Whatever the JSON of --params holds, it becomes valid options or an error, and the caller's values stay as they are.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"output": "out.mpd", "format": "dash"}`, `{"-streams": [{"-resolution": "640x360", "-framerate": 30.0}]}`,
		`{"-streams": [{"-resolution": "640x360", "-video_bitrate": "800k"}, null, 3]}`, `{"-audio": ["-f", "alsa", "-i", "hw:1"]}`,
		`{"-vcodec": "libx265", "-crf": 18, "-preset": "slow", "-gop": "30"}`, `{"-vf": "hflip", "-livestream": true, "-window_size": 1e300}`,
		`{"-clear_prev_assets": "yes", "-seg_duration": "0.5", "-hls_time": -3, "-bpp": {}}`, `{"-vidoe_source": "x.mp4"}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var params map[string]any
		if json.Unmarshal([]byte(text), &params) != nil {
			return
		}
		before, err := json.Marshal(params)
		require.NoError(t, err)
		p, _, err := streamgear.Parse(params, framegear.FPS(25))
		if err == nil {
			require.NoError(t, p.Options.Validate())
		}
		after, err := json.Marshal(params)
		require.NoError(t, err)
		require.Equal(t, string(before), string(after))
	})
}
