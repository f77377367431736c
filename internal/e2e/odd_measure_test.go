package e2e_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// seen is what ffmpeg decodes of an input or an output, in seconds.
type seen struct {
	pictures []float64
	flashes  []float64 // where pictures turn white
	tones    []float64 // where tones begin
	levels   []float64 // of each tone, in decibels
	heard    float64   // where the sound ends
	end      float64   // of the later of both
}

const (
	heardRate = 8000
	pixels    = 16
)

// look decodes everything of a file or manifest: tiny gray pictures with their times, and one channel of sound that begins at zero.
func look(t *testing.T, input string, sound bool) (s seen) {
	t.Helper()
	dir := t.TempDir()
	raw, times, pcm := filepath.Join(dir, "v"), filepath.Join(dir, "t"), filepath.Join(dir, "a")
	const gray = "scale=4:4:flags=area,format=gray"
	args := strings.Fields("-v error -nostdin -i " + input + " -map 0:v:0 -fps_mode passthrough -enc_time_base -1 -vf " + gray + " -f rawvideo " + raw +
		" -map 0:v:0 -fps_mode passthrough -enc_time_base 1/90000 -vf " + gray + " -c:v rawvideo -f framecrc " + times)
	if sound {
		args = append(args, strings.Fields("-map 0:a:0 -af aresample=8000:async=1:min_hard_comp=0.005:first_pts=0 -ac 1 -c:a pcm_f32le -f f32le "+pcm)...)
	}
	var complaints bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "ffmpeg", args...)
	cmd.Stderr = &complaints
	require.NoError(t, cmd.Run(), complaints.String())
	s.lookAt(t, raw, times)
	if sound {
		s.listenTo(t, pcm)
	}
	return s
}

// lookAt reads the pictures.
func (s *seen) lookAt(t *testing.T, raw, times string) {
	t.Helper()
	data, err := os.ReadFile(raw)
	require.NoError(t, err)
	list, err := os.ReadFile(times)
	require.NoError(t, err)
	for line := range strings.Lines(string(list)) {
		if field := strings.Split(line, ","); line[0] != '#' && len(field) > 3 {
			pts, err := strconv.ParseFloat(strings.TrimSpace(field[2]), 64)
			require.NoError(t, err)
			s.pictures = append(s.pictures, pts/90_000)
		}
	}
	require.NotEmpty(t, s.pictures)
	require.Len(t, data, pixels*len(s.pictures))
	white := false
	for i, at := range s.pictures {
		now := data[i*pixels+5] > 128
		if now && !white {
			s.flashes = append(s.flashes, at)
		}
		white = now
	}
	s.end = s.pictures[len(s.pictures)-1]
	if n := len(s.pictures); n > 1 {
		s.end += (s.end - s.pictures[0]) / float64(n-1)
	}
}

// listenTo reads the sound in steps of a millisecond.
func (s *seen) listenTo(t *testing.T, pcm string) {
	t.Helper()
	data, err := os.ReadFile(pcm)
	require.NoError(t, err)
	const step = heardRate / 1000
	quiet, power, n := 1000, 0.0, 0
	for i := 0; i+step*4 <= len(data); i += step * 4 {
		p := 0.0
		for k := range step {
			v := float64(math.Float32frombits(binary.LittleEndian.Uint32(data[i+4*k:])))
			p += v * v
		}
		switch loud := p/step > 0.002; {
		case loud && quiet > 50: // a tone begins after silence
			s.tones = append(s.tones, float64(i/(4*step))/1000)
			fallthrough
		case loud:
			quiet, power, n = 0, power+p, n+step
		default:
			if quiet++; quiet == 50 && n > 0 {
				s.levels, power, n = append(s.levels, 10*math.Log10(power/float64(n))), 0, 0
			}
		}
	}
	if n > 0 {
		s.levels = append(s.levels, 10*math.Log10(power/float64(n)))
	}
	s.heard = float64(len(data)/4) / heardRate
	s.end = max(s.end, s.heard)
}
