package av

//#include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/asticode/go-astiav"
)

// ErrOption is wrapped by errors about libav options that do not exist.
var ErrOption = errors.New("unknown libav option")

// newDictionary copies options into a libav dictionary, which the caller frees.
func newDictionary(options map[string]string) (*astiav.Dictionary, error) {
	d := astiav.NewDictionary()
	for k, v := range options {
		if err := d.Set(k, v, 0); err != nil {
			d.Free()
			return nil, fmt.Errorf("option %s=%s: %w", k, v, err)
		}
	}
	return d, nil
}

// leftOver returns an error naming what libav did not take from the dictionary. owner says who refused it.
func leftOver(d *astiav.Dictionary, owner string) error {
	var names []string
	for e := d.Get("", nil, astiav.NewDictionaryFlags(astiav.DictionaryFlagIgnoreSuffix)); e != nil; {
		names = append(names, e.Key())
		e = d.Get("", e, astiav.NewDictionaryFlags(astiav.DictionaryFlagIgnoreSuffix))
	}
	if len(names) == 0 {
		return nil
	}
	sort.Strings(names)
	return fmt.Errorf("%w: %s does not know %s", ErrOption, owner, strings.Join(names, ", "))
}

// CheckMuxerOptions returns an error wrapping ErrOption that names the keys a muxer does not know. The dash muxer hands options on
// to the muxer inside it and says nothing about those that nobody took.
func CheckMuxerOptions(format string, options map[string]string) error {
	var unknown []string
	known := append(MuxerOptions(format), optionNames(C.avformat_get_class(), C.AV_OPT_FLAG_ENCODING_PARAM)...)
	for key := range options {
		if !slices.Contains(known, key) {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	sort.Strings(unknown)
	return fmt.Errorf("%w: muxer %s does not know %s", ErrOption, format, strings.Join(unknown, ", "))
}
