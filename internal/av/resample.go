package av

//#include "shim.h"
import "C"

import (
	"slices"
	"unsafe"
)

// Resampler turns blocks of any format into interleaved 32 bit floats of one rate and channel count. It adapts itself when the
// format of the blocks changes. One goroutine at a time.
type Resampler struct {
	rate, channels int
	elastic        bool
	swr            *C.SwrContext
	from           sampleSpec
	open           bool
}

type sampleSpec struct {
	format C.int
	rate   C.int
	layout C.uint64_t
	count  C.int
}

// NewResampler returns a resampler to a rate in samples per second and a number of channels. An elastic one can change its
// speed. The caller closes it.
func NewResampler(rate, channels int, elastic bool) *Resampler {
	born(KindResampler)
	return &Resampler{rate: rate, channels: channels, elastic: elastic, open: true}
}

// Convert appends the block to dst, as far as it comes out at once.
func (r *Resampler) Convert(dst []float32, s *Samples) ([]float32, error) {
	if !r.open {
		return dst, ErrClosed
	}
	f := cFrame(s.frame)
	layout := *(*C.uint64_t)(unsafe.Pointer(&f.ch_layout.u))
	from := sampleSpec{f.format, f.sample_rate, layout, f.ch_layout.nb_channels}
	if r.swr == nil || from != r.from {
		var err error
		if dst, err = r.Drain(dst); err != nil {
			return dst, err
		}
		mark := book.mark()
		e := C.int(0)
		if r.elastic {
			e = 1
		}
		if code := C.fg_swr_new(&r.swr, f, C.int(r.rate), C.int(r.channels), e); code < 0 {
			return dst, check("resampler", code, nil, mark)
		}
		r.from = from
	}
	return r.run(dst, f, f.nb_samples)
}

// Drain appends what is still inside and forgets it: the next block starts anew.
func (r *Resampler) Drain(dst []float32) ([]float32, error) {
	if r.swr == nil {
		return dst, nil
	}
	dst, err := r.run(dst, nil, 0)
	C.swr_free(&r.swr)
	return dst, err
}

func (r *Resampler) run(dst []float32, f *C.AVFrame, count C.int) ([]float32, error) {
	mark := book.mark()
	room := C.fg_swr_room(r.swr, count)
	if room < 0 {
		return dst, check("resample", room, nil, mark)
	}
	if room == 0 {
		return dst, nil
	}
	n := len(dst)
	dst = slices.Grow(dst, int(room)*r.channels)
	dst = dst[:n+int(room)*r.channels]
	got := C.fg_swr_convert(r.swr, (*C.float)(unsafe.Pointer(&dst[n])), room, f)
	if got < 0 {
		return dst[:n], check("resample", got, nil, mark)
	}
	return dst[:n+int(got)*r.channels], nil
}

// Held returns how many samples of output the resampler still holds.
func (r *Resampler) Held() int64 {
	if r.swr == nil {
		return 0
	}
	return int64(C.swr_get_delay(r.swr, C.int64_t(r.rate)))
}

// Stretch makes the output longer (or shorter, when negative) by this many millionths from now on. Only elastic ones can.
func (r *Resampler) Stretch(ppm int) error {
	if r.swr == nil {
		return nil
	}
	// Over ten seconds one sample is about two millionths; the caller asks again long before they are over.
	distance := 10 * r.rate
	code := C.swr_set_compensation(r.swr, C.int(ppm*r.rate/100_000), C.int(distance))
	return check("resampler", code, nil, book.mark())
}

// Close frees the resampler; what is inside is lost. Closing twice is harmless.
func (r *Resampler) Close() {
	if r.open {
		r.open = false
		C.swr_free(&r.swr)
		died(KindResampler)
	}
}
