package framegear

import (
	"fmt"
	"strings"

	"github.com/framegear/framegear/internal/nearest"
)

// The words of the enumerations, in the order of their constants, for flags, configuration files and logs.
var (
	formatWords    = []string{"both", "dash", "hls"}
	containerWords = []string{"fmp4", "ts"}
	clockWords     = []string{"auto", "count", "pts", "wall"}
	fullWords      = []string{"auto", "block", "drop"}
	stallWords     = []string{"repeat", "gap"}
	overloadWords  = []string{"keep-ladder", "give-up-top"}
	outageWords    = []string{"outlive", "end"}
	hwWords        = []string{"prefer", "require", "off"}
)

// word returns the word of a constant; one that does not exist shows its number.
func word[E ~uint8](e E, words []string) string {
	if int(e) < len(words) {
		return words[e]
	}
	return fmt.Sprint(uint8(e))
}

// parseWord sets the constant that a text names, in any case. A misspelt name gives an error with the nearest right one.
func parseWord[E ~uint8](e *E, what string, text []byte, words []string) error {
	s := strings.ToLower(strings.TrimSpace(string(text)))
	for i, w := range words {
		if s == w {
			*e = E(i)
			return nil
		}
	}
	hint := ""
	if near := nearest.Name(s, words); near != "" {
		hint = ", did you mean " + near
	}
	last := len(words) - 1
	return wordError(fmt.Sprintf("%s %q (want %s or %s%s)", what, s, strings.Join(words[:last], ", "), words[last], hint))
}

// wordError is an error about an option whose text is whole when a flag or a key of a file stands before it.
type wordError string

func (e wordError) Error() string { return string(e) }

func (e wordError) Unwrap() error { return ErrOptions }

// ParseFormat reads "both", "dash" or "hls" in any case. A misspelt name gives an error with the nearest right one.
func ParseFormat(s string) (f Format, err error) {
	err = f.UnmarshalText([]byte(s))
	return f, err
}

// String returns "both", "dash" or "hls".
func (f Format) String() string { return word(f, formatWords) }

// MarshalText implements encoding.TextMarshaler.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: the words of String, in any case. Errors wrap ErrOptions.
func (f *Format) UnmarshalText(text []byte) error { return parseWord(f, "format", text, formatWords) }

// String returns "fmp4" or "ts".
func (c Container) String() string { return word(c, containerWords) }

// MarshalText implements encoding.TextMarshaler.
func (c Container) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: the words of String, in any case. Errors wrap ErrOptions.
func (c *Container) UnmarshalText(text []byte) error {
	return parseWord(c, "container", text, containerWords)
}

// String returns "auto", "count", "pts" or "wall".
func (c Clock) String() string { return word(c, clockWords) }

// MarshalText implements encoding.TextMarshaler.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: the words of String, in any case. Errors wrap ErrOptions.
func (c *Clock) UnmarshalText(text []byte) error { return parseWord(c, "clock", text, clockWords) }

// String returns "auto", "block" or "drop".
func (p FullPolicy) String() string { return word(p, fullWords) }

// MarshalText implements encoding.TextMarshaler.
func (p FullPolicy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: the words of String, in any case. Errors wrap ErrOptions.
func (p *FullPolicy) UnmarshalText(text []byte) error {
	return parseWord(p, "policy for a full queue", text, fullWords)
}

// String returns "repeat" or "gap".
func (p StallPolicy) String() string { return word(p, stallWords) }

// MarshalText implements encoding.TextMarshaler.
func (p StallPolicy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: the words of String, in any case. Errors wrap ErrOptions.
func (p *StallPolicy) UnmarshalText(text []byte) error {
	return parseWord(p, "policy for a stall", text, stallWords)
}

// String returns "keep-ladder" or "give-up-top".
func (p OverloadPolicy) String() string { return word(p, overloadWords) }

// MarshalText implements encoding.TextMarshaler.
func (p OverloadPolicy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: the words of String, in any case. Errors wrap ErrOptions.
func (p *OverloadPolicy) UnmarshalText(text []byte) error {
	return parseWord(p, "policy for an overload", text, overloadWords)
}

// String returns "outlive" or "end".
func (p OutagePolicy) String() string { return word(p, outageWords) }

// MarshalText implements encoding.TextMarshaler.
func (p OutagePolicy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: the words of String, in any case. Errors wrap ErrOptions.
func (p *OutagePolicy) UnmarshalText(text []byte) error {
	return parseWord(p, "policy for an outage", text, outageWords)
}

// String returns "prefer", "require" or "off".
func (p HWPolicy) String() string { return word(p, hwWords) }

// MarshalText implements encoding.TextMarshaler.
func (p HWPolicy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: the words of String, in any case. Errors wrap ErrOptions.
func (p *HWPolicy) UnmarshalText(text []byte) error {
	return parseWord(p, "hardware policy", text, hwWords)
}
