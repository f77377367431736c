package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/framegear/framegear"
)

// rungFlag is --rung: a size and what it costs, "1280x720@2500k".
type rungFlag framegear.Rendition

// UnmarshalText reads WIDTHxHEIGHT, HEIGHTp or "source", then any number of @BITRATE, @RATEfps, @crfN, @ENCODER.
func (r *rungFlag) UnmarshalText(text []byte) error {
	parts := strings.Split(string(text), "@")
	if err := r.setSize(parts[0]); err != nil {
		return err
	}
	for _, p := range parts[1:] {
		if err := r.setQuality(p); err != nil {
			return fmt.Errorf("rung %q: %w", text, err)
		}
	}
	return nil
}

func (r *rungFlag) setSize(s string) error {
	s = strings.ToLower(s)
	if s == "source" {
		return nil
	}
	bad := fmt.Errorf("rung size %q (want 1280x720, 720p or source)", s)
	if h, ok := strings.CutSuffix(s, "p"); ok {
		n, err := strconv.Atoi(h)
		if err != nil || n < 1 {
			return bad
		}
		r.Height = n
		return nil
	}
	w, h, ok := strings.Cut(s, "x")
	width, err1 := strconv.Atoi(w)
	height, err2 := strconv.Atoi(h)
	if !ok || err1 != nil || err2 != nil || width < 1 || height < 1 {
		return bad
	}
	r.Width, r.Height = width, height
	return nil
}

func (r *rungFlag) setQuality(s string) error {
	lower := strings.ToLower(s)
	if f, ok := strings.CutSuffix(lower, "fps"); ok {
		rate, err := framegear.ParseRate(f)
		r.FrameRate = rate
		return err
	}
	if f, ok := strings.CutPrefix(lower, "crf"); ok {
		var v crfFlag
		if err := v.UnmarshalText([]byte(f)); err != nil {
			return fmt.Errorf("%q (want for example crf23)", s)
		}
		r.CRF = float64(v)
		return nil
	}
	if b, err := parseBitrate(lower); err == nil {
		r.Bitrate = b
		return nil
	}
	if strings.HasPrefix(lower, "lib") || strings.Contains(lower, "_") {
		r.Codec = s
		return nil
	}
	return fmt.Errorf("%q (want a bit rate such as 2500k or 2.5M, a rate such as 30fps, crf23, or an encoder's name)", s)
}

// parseBitrate reads "2500k", "2.5M" or plain bits per second.
func parseBitrate(s string) (int64, error) {
	unit := 1.0
	switch s = strings.ToLower(strings.TrimSpace(s)); {
	case strings.HasSuffix(s, "k"):
		unit, s = 1e3, s[:len(s)-1]
	case strings.HasSuffix(s, "m"):
		unit, s = 1e6, s[:len(s)-1]
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v <= 0 || v*unit < 1000 || v*unit > 1e10 {
		return 0, fmt.Errorf("bit rate %q (want for example 800k or 2.5M)", s)
	}
	return int64(v * unit), nil
}
