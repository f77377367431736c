package muxer

import (
	"encoding/binary"
	"errors"
	"slices"
)

// withEdit gives the only track of an initialization segment an edit list that presents its media early ticks before their own time
// (ISO/IEC 14496-12 section 8.6.6, ISO/IEC 23000-19 section 7.5.13). The mp4 muxer writes one only after it has seen packets, which is too
// late for low latency.
func withEdit(init []byte, early int64) ([]byte, error) {
	moov := findBox(init, 0, len(init), "moov")
	trak := findBox(init, moov.body, moov.end, "trak")
	tkhd := findBox(init, trak.body, trak.end, "tkhd")
	if tkhd.end == 0 {
		return nil, errors.New("the initialization segment has no track header")
	}
	elst := make([]byte, 0, 36)
	elst = binary.BigEndian.AppendUint32(elst, 36)
	elst = append(elst, "edts"...)
	elst = binary.BigEndian.AppendUint32(elst, 28)
	elst = append(elst, "elst\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00"...) // version 0, one entry, to the end of all fragments
	elst = binary.BigEndian.AppendUint32(elst, uint32(early))
	elst = append(elst, "\x00\x01\x00\x00"...) // at the rate of 1
	out := slices.Insert(slices.Clone(init), tkhd.end, elst...)
	for _, b := range []box{moov, trak} {
		size := out[b.body-8:]
		binary.BigEndian.PutUint32(size, binary.BigEndian.Uint32(size)+uint32(len(elst)))
	}
	return out, nil
}

// box is where a box's content begins and ends. The zero value is no box.
type box struct{ body, end int }

// findBox returns the first box of a type between two places.
func findBox(b []byte, from, to int, kind string) box {
	for from+8 <= to {
		size := int(binary.BigEndian.Uint32(b[from:]))
		if size < 8 || size > to-from {
			return box{}
		}
		if string(b[from+4:from+8]) == kind {
			return box{from + 8, from + size}
		}
		from += size
	}
	return box{}
}
