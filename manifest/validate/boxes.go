package validate

import (
	"encoding/binary"
	"fmt"
)

// maxDepth is how deep boxes may lie in each other. The deepest of ISO/IEC 14496-12 is moov/trak/mdia/minf/stbl/
// stsd/encv/sinf/schi/tenc. mp4ff takes quadratic time for what is deeper.
const maxDepth = 16

// children tells at which byte of a box the boxes in it begin: those that mp4ff looks into.
var children = func() map[string]int {
	m := map[string]int{"meta": 12, "dref": 16, "stsd": 16, "trep": 16, "stpp": 16, "wvtt": 16, "evte": 16}
	for _, plain := range []string{
		"moov", "trak", "mdia", "minf", "dinf", "stbl", "edts", "mvex", "udta", "ilst", "tref", "trgr", "sinf", "schi", "moof",
		"traf", "mfra", "ludt", "vexu", "eyes", "cams", "proj", "vttc", "desc", "\xa9ART", "\xa9cpy", "\xa9nam", "\xa9too",
	} {
		m[plain] = 8
	}
	for _, picture := range []string{
		"av01", "avc1", "avc3", "avs3", "dvh1", "dvhe", "encv", "hev1", "hvc1", "vp08", "vp09", "vvc1", "vvi1",
	} {
		m[picture] = 86
	}
	for _, sound := range []string{
		"ac-3", "ac-4", "ec-3", "enca", "fLaC", "iamf", "mha1", "mha2", "mhm1", "mhm2", "mp4a", "Opus",
	} {
		m[sound] = 36
	}
	return m
}()

// boxWalk looks at the headers of boxes before mp4ff takes them apart, which trusts their sizes and numbers.
type boxWalk struct {
	entries int64 // that tables may still have: each takes a byte at least, of the table or of the media
}

// checkBoxes refuses bytes that would take more time or memory to read than their number allows.
func checkBoxes(b []byte) error {
	w := &boxWalk{entries: int64(len(b))}
	return w.list(b, "the file", 0)
}

func (w *boxWalk) list(b []byte, parent string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("boxes lie more than %d deep in each other", maxDepth)
	}
	const header = 8
	for len(b) >= header {
		size, name := uint64(binary.BigEndian.Uint32(b)), string(b[4:8])
		if size == 1 && len(b) >= 16 {
			size = binary.BigEndian.Uint64(b[8:])
		}
		switch {
		case size == 0:
			return fmt.Errorf("a %q box has no size", name)
		case size < header:
			return fmt.Errorf("a %q box says that it is %d bytes long, less than its own header", name, size)
		case size > uint64(len(b)):
			return fmt.Errorf("a %q box of %d bytes is longer than what is left of %s, %d bytes", name, size, parent, len(b))
		}
		if err := w.box(b[:size], name, depth); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func (w *boxWalk) box(b []byte, name string, depth int) error {
	if n := entries(b, name); n > 0 {
		if w.entries -= n; w.entries < 0 {
			return fmt.Errorf("a %q box names %d entries, more than there are bytes", name, n)
		}
	}
	at, ok := children[name]
	if !ok {
		return nil
	}
	switch {
	case name == "meta" && len(b) >= 16 && string(b[12:16]) == "hdlr": // QuickTime's has no version
		at = 8
	case name == "stpp":
		at = afterStrings(b, at, 3)
	}
	if len(b) < at {
		return fmt.Errorf("a %q box has %d bytes (want %d at least)", name, len(b), at)
	}
	return w.list(b[at:], fmt.Sprintf("the %q box around it", name), depth+1)
}

// afterStrings is where b goes on behind n strings that end with a zero, the first of which begins at from.
func afterStrings(b []byte, from, n int) int {
	at := min(from, len(b))
	for ; n > 0 && at < len(b); at++ {
		if b[at] == 0 {
			n--
		}
	}
	return at
}

// entries reads the number of entries of those tables whose size does not bound it.
func entries(b []byte, name string) int64 {
	at := 0
	switch name {
	case "trun", "senc":
		at = 12
	case "sgpd": // grouping type, then lengths that depend on the version
		if len(b) > 8 {
			at = 16 + 4*int(min(b[8], 2))
		}
	default:
		return 0
	}
	if len(b) < at+4 || at == 0 {
		return 0
	}
	return int64(binary.BigEndian.Uint32(b[at:]))
}
