// Package nal takes apart and puts together the NAL units of H.264 and HEVC.
package nal

import (
	"bytes"
	"iter"
)

// Units returns the NAL units of a byte stream (ISO/IEC 14496-10 and 23008-2, annex B), without start codes. They share its memory.
func Units(stream []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for unit := range bytes.SplitSeq(stream, []byte{0, 0, 1}) {
			unit = bytes.TrimRight(unit, "\x00") // of the next start code; a NAL unit never ends in zero
			if len(unit) > 0 && !yield(unit) {
				return
			}
		}
	}
}

// Sized returns the NAL units of a sample, each behind its length in so many bytes (ISO/IEC 14496-15 section 5.3.2). They share its memory.
func Sized(sample []byte, lengths int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(sample) > lengths {
			size := 0
			for _, b := range sample[:lengths] {
				size = size<<8 | int(b)
			}
			sample = sample[lengths:]
			if size > len(sample) || size > 0 && !yield(sample[:size]) {
				return
			}
			sample = sample[size:]
		}
	}
}

// Stream appends NAL units to a byte stream, each behind a start code.
func Stream(stream []byte, units ...[]byte) []byte {
	for _, unit := range units {
		stream = append(append(stream, 0, 0, 0, 1), unit...)
	}
	return stream
}

// Unescape appends a NAL unit without the bytes that keep it free of start codes (ISO/IEC 14496-10 section 7.4.1).
func Unescape(out, unit []byte) []byte {
	zeros := 0
	for _, c := range unit {
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if zeros++; c != 0 {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}

// Escape appends a NAL unit with those bytes.
func Escape(out, unit []byte) []byte {
	zeros := 0
	for _, c := range unit {
		if zeros >= 2 && c <= 3 {
			out, zeros = append(out, 3), 0
		}
		if zeros++; c != 0 {
			zeros = 0
		}
		out = append(out, c)
	}
	if zeros > 0 {
		out = append(out, 3)
	}
	return out
}
