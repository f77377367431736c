package streamgear

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/framegear/framegear"
)

// The readers below take what JSON and Go code give: any kind of number, and numbers in strings, as ffmpeg's options are.

func trimmed(v any) any {
	if s, ok := v.(string); ok {
		return strings.TrimSpace(s)
	}
	return v
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case float32:
		return number(float64(v))
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case json.Number:
		return number(v.String())
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	case framegear.Rate:
		return v.Float(), v.Known()
	}
	return 0, false
}

// atLeast returns a number that is not below a limit.
func atLeast(v any, limit float64) (float64, bool) {
	f, ok := number(v)
	return f, ok && f >= limit
}

// rateOf reads a frame rate; 29.97 is 30000/1001.
func rateOf(v any) (framegear.Rate, bool) {
	if r, ok := v.(framegear.Rate); ok {
		return r, r.Validate() == nil
	}
	if s, ok := v.(string); ok {
		r, err := framegear.ParseRate(s)
		return r, err == nil
	}
	f, ok := number(v)
	r := framegear.FPS(f)
	return r, ok && r.Validate() == nil
}

// bitrateOf reads "4000k", "4M" or bits per second.
func bitrateOf(v any) (int64, bool) {
	unit := 1.0
	if s, ok := v.(string); ok {
		switch {
		case strings.HasSuffix(s, "k"), strings.HasSuffix(s, "K"):
			unit, v = 1e3, s[:len(s)-1]
		case strings.HasSuffix(s, "M"), strings.HasSuffix(s, "m"):
			unit, v = 1e6, s[:len(s)-1]
		}
	}
	f, ok := number(v)
	f *= unit
	return int64(f), ok && f >= 1000 && f <= 1e10
}

// boolean takes only true and false, as StreamGear does.
func boolean(v any) (value, ok bool) {
	value, ok = v.(bool)
	return value, ok
}

// flag takes true and false, also as 1 and 0, which is how ffmpeg's options have them.
func flag(v any) (value, ok bool) {
	if b, ok := v.(bool); ok {
		return b, true
	}
	f, ok := number(v)
	return f == 1, ok && (f == 0 || f == 1)
}

// sizeOf reads "1280x720".
func sizeOf(v any) (width, height int, ok bool) {
	s, _ := v.(string)
	w, h, found := strings.Cut(strings.ToLower(s), "x")
	width, err1 := strconv.Atoi(w)
	height, err2 := strconv.Atoi(h)
	return width, height, found && err1 == nil && err2 == nil && width > 0 && height > 0
}

// ratioOf reads "16:9", "16/9" or 1.7778.
func ratioOf(v any) (framegear.Rate, bool) {
	if f, ok := number(v); ok {
		return framegear.Rate{Num: int64(math.Round(f * 10000)), Den: 10000}, f > 0.01 && f < 100
	}
	s, _ := v.(string)
	num, den, found := strings.Cut(strings.ReplaceAll(s, "/", ":"), ":")
	n, err1 := strconv.ParseInt(num, 10, 32)
	d, err2 := strconv.ParseInt(den, 10, 32)
	return framegear.Rate{Num: n, Den: d}, found && err1 == nil && err2 == nil && n > 0 && d > 0
}

// words reads a list of strings, which is how raw arguments are given. Numbers are taken as their text.
func words(v any) ([]string, bool) {
	switch v := v.(type) {
	case []string:
		return append([]string(nil), v...), true
	case []any:
		var all []string
		for _, e := range v {
			s, ok := scalar(e)
			if !ok {
				return nil, false
			}
			all = append(all, strings.TrimSpace(s))
		}
		return all, true
	}
	return nil, false
}

// scalar returns one value as ffmpeg's command line would have it.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		if v {
			return "1", true
		}
		return "0", true
	case json.Number:
		return v.String(), true
	}
	if f, ok := number(v); ok {
		return strconv.FormatFloat(f, 'f', -1, 64), true
	}
	return "", false
}

// maps of one stream.
func attributesOf(v any) (map[string]any, bool) {
	switch v := v.(type) {
	case map[string]any:
		return v, true
	case map[string]string:
		m := make(map[string]any, len(v))
		for k, s := range v {
			m[k] = s
		}
		return m, true
	}
	return nil, false
}

// shown is a value in a message.
func shown(v any) string {
	if s, ok := v.(string); ok {
		return strconv.Quote(s)
	}
	if b, err := json.Marshal(v); err == nil {
		return string(b)
	}
	return fmt.Sprint(v)
}
