package audio_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/audio"
)

func TestParseSource(t *testing.T) {
	for _, c := range []struct {
		list string
		want audio.Source
	}{
		{"-f alsa -i hw:1", audio.Source{Format: "alsa", URL: "hw:1"}},
		{"-f alsa -ac 1 -ar 44100 -i hw:1", audio.Source{Format: "alsa", URL: "hw:1", Options: map[string]string{"ch_layout": "1C", "sample_rate": "44100"}}},
		{"-ac 2 -f pulse -i default", audio.Source{Format: "pulse", URL: "default", Options: map[string]string{"channels": "2"}}},
		{"-f s16le -ac 1 -ar 8000 -i x.raw", audio.Source{Format: "s16le", URL: "x.raw", Options: map[string]string{"ch_layout": "1c", "sample_rate": "8000"}}},
		{"-f dshow -i audio=Microphone", audio.Source{Format: "dshow", URL: "audio=Microphone"}},
		{"-thread_queue_size 512 -f avfoundation -audio_device_index 0 -i :0",
			audio.Source{Format: "avfoundation", URL: ":0", Options: map[string]string{"audio_device_index": "0"}}},
		{"-i song.mp3", audio.Source{URL: "song.mp3"}},
	} {
		got, err := audio.ParseSource(strings.Fields(c.list))
		require.NoError(t, err, c.list)
		if len(got.Options) == 0 {
			got.Options = nil
		}
		require.Equal(t, c.want, got, c.list)
	}
}

func TestParseSourceErrors(t *testing.T) {
	for list, text := range map[string]string{
		"":                                      "no -i",
		"-f avfoundation -audio_device_index 0": "no -i",
		"-f alsa -i":                            "no value",
		"-f alsa hw:1":                          "not an option",
		"-i a -i b":                             "after -i",
		"-i a -f wav":                           "after -i",
		"-ac two -i x":                          "whole number",
		"-stream_loop -1 -i x":                  "ffmpeg program",
	} {
		_, err := audio.ParseSource(strings.Fields(list))
		require.ErrorIs(t, err, audio.ErrSource, list)
		require.ErrorContains(t, err, text, list)
	}
}

func FuzzParseSource(f *testing.F) {
	for _, s := range []string{"-f\nalsa\n-i\nhw:1", "-f\ndshow\n-i\naudio=Mic (USB)", "-i", "-\n-", "-ac\n-1\n-i\nx", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := audio.ParseSource(strings.Split(s, "\n"))
		if err != nil {
			require.ErrorIs(t, err, audio.ErrSource)
			return
		}
		require.NotEmpty(t, got.URL)
		require.Nil(t, got.PCM)
	})
}
