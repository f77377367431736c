package framegear

import (
	"fmt"
	"strings"

	"github.com/framegear/framegear/internal/nearest"
)

// ParseFormat reads "both", "dash" or "hls" in any case. A misspelt name gives an error with the nearest right one.
func ParseFormat(s string) (Format, error) {
	names := []string{Both.String(), DASH.String(), HLS.String()}
	s = strings.ToLower(strings.TrimSpace(s))
	for i, name := range names {
		if s == name {
			return Format(i), nil
		}
	}
	hint := ""
	if near := nearest.Name(s, names); near != "" {
		hint = ", did you mean " + near
	}
	return Both, fmt.Errorf("%w: format %q (want dash, hls or both%s)", ErrOptions, s, hint)
}

// UnmarshalText implements encoding.TextUnmarshaler, for flags and configuration files.
func (f *Format) UnmarshalText(text []byte) (err error) {
	*f, err = ParseFormat(string(text))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }
