package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/framegear/framegear/internal/media"
)

// Quality is what one rendition of one contender is, against the source.
type Quality struct {
	Size
	// Bitrate in bits per second.
	Bitrate int64
	// PSNR of luma in dB and SSIM of luma, against the source scaled with lanczos in exact arithmetic.
	PSNR, SSIM float64
	// Frames that were compared.
	Frames int
}

// quality measures all renditions that a job left in its folder.
func (j *job) quality(ctx context.Context) ([]Quality, error) {
	var all []Quality
	for i, s := range j.Workload.Ladder() {
		file, bytes, err := j.join(i)
		if err != nil {
			return nil, err
		}
		q, err := j.compare(ctx, file, s)
		os.Remove(file)
		if err != nil {
			return nil, err
		}
		q.Bitrate = int64(float64(bytes) * 8 * j.Workload.FrameRate.Float() / float64(j.Workload.Frames))
		all = append(all, q)
	}
	return all, nil
}

// join concatenates a rendition's segments into one file.
func (j *job) join(rendition int) (name string, bytes int64, err error) {
	name = filepath.Join(j.Out, fmt.Sprintf("joined%d.mp4", rendition))
	f, err := os.Create(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	for n := 0; ; n++ {
		in, err := os.Open(filepath.Join(j.Out, j.segment(rendition, n)))
		if err != nil {
			if n > 1 && os.IsNotExist(err) {
				return name, bytes, f.Close()
			}
			return "", 0, err
		}
		k, err := io.Copy(f, in)
		in.Close()
		if err != nil {
			return "", 0, err
		}
		bytes += k
	}
}

// compare decodes a rendition beside the frames it was made of. Each contender is compared in the matrix that its pictures have, which
// ours write into the stream and ffmpeg's default graph does not choose.
func (j *job) compare(ctx context.Context, file string, s Size) (Quality, error) {
	w, matrix := j.Workload, "bt601"
	if j.Contender.own() && media.OutputColor(s.Height).Matrix == media.MatrixBT709 {
		matrix = "bt709"
	}
	graph := fmt.Sprintf("[0:v]settb=1/1000,setpts=N,format=yuv420p,split[a][b];"+
		"[1:v]settb=1/1000,setpts=N,scale=%d:%d:flags=lanczos+accurate_rnd+full_chroma_inp:out_color_matrix=%s,format=yuv420p,split[c][d];"+
		"[a][c]psnr;[b][d]ssim", s.Width, s.Height, matrix)
	cmd := exec.CommandContext(ctx, j.FFmpeg, "-nostdin", "-hide_banner", "-i", file, "-f", "rawvideo", "-video_size",
		Size{w.Width, w.Height}.String(), "-pix_fmt", rawNames[w.Format], "-framerate", w.FrameRate.String(), "-i", j.Clip,
		"-filter_complex", graph, "-f", "null", "-")
	text, err := cmd.CombinedOutput()
	if err != nil {
		return Quality{}, fmt.Errorf("bench: quality: %w: %s", err, lastLine(text))
	}
	q := Quality{Size: s}
	q.PSNR, err = number(psnrLine, text)
	if err != nil {
		return Quality{}, err
	}
	q.SSIM, err = number(ssimLine, text)
	if frames := framesLine.FindAllSubmatch(text, -1); len(frames) > 0 {
		q.Frames, _ = strconv.Atoi(string(frames[len(frames)-1][1]))
	}
	return q, err
}

var (
	psnrLine   = regexp.MustCompile(`PSNR y:([0-9.]+|inf)`)
	ssimLine   = regexp.MustCompile(`SSIM Y:([0-9.]+)`)
	framesLine = regexp.MustCompile(`frame=\s*([0-9]+)`)
)

func number(line *regexp.Regexp, text []byte) (float64, error) {
	m := line.FindSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("bench: quality: ffmpeg printed no %s", line)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

func lastLine(text []byte) string {
	var last string
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		last = s.Text()
	}
	return last
}
