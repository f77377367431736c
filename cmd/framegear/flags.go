package main

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/framegear/framegear"
	"github.com/framegear/framegear/encoder"
)

// rateFlag reads "30", "29.97" or "30000/1001".
type rateFlag framegear.Rate

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *rateFlag) UnmarshalText(text []byte) error {
	rate, err := framegear.ParseRate(string(text))
	*r = rateFlag(rate)
	return err
}

// aspectFlag reads "16/9", "16:9" or "1.85".
type aspectFlag framegear.Rate

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *aspectFlag) UnmarshalText(text []byte) error {
	rate, err := framegear.ParseRate(strings.Replace(string(text), ":", "/", 1))
	if err != nil {
		return fmt.Errorf("%q is no aspect ratio (want for example 16/9)", text)
	}
	*a = aspectFlag(rate)
	return nil
}

// crfFlag reads a quality; the library's zero value is the default, and 0 is lossless.
type crfFlag float64

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *crfFlag) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(v >= 0 && v <= 63) {
		return fmt.Errorf("%q is no quality (want 0 to 63)", text)
	}
	*c = crfFlag(v)
	if v == 0 {
		*c = encoder.Lossless
	}
	return nil
}

// durations makes all flags that are times take plain seconds too.
var durations = kong.TypeMapper(reflect.TypeFor[time.Duration](), kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("duration", &text); err != nil {
		return err
	}
	d, err := readDuration(text)
	if err != nil {
		return fmt.Errorf("%q is no time (want for example 10s, 0.5 or 200ms)", text)
	}
	target.SetInt(int64(d))
	return nil
}))

// readDuration reads "2s" or plain seconds.
func readDuration(s string) (time.Duration, error) {
	if d, err := time.ParseDuration(s); err == nil {
		return d, nil
	}
	return time.ParseDuration(s + "s")
}
