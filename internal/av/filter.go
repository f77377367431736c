package av

//#include <stdlib.h>
//#include "shim.h"
//#include <libavutil/pixdesc.h>
import "C"

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/framegear/framegear/internal/media"
)

// ErrFilter is wrapped when a filter chain cannot be used.
var ErrFilter = errors.New("bad filter chain")

// ChainConfig describes a chain of libavfilter between pictures.
type ChainConfig struct {
	// Filters are in ffmpeg's own words ("hflip,drawbox=…"), with one open input and one open output.
	Filters string
	// Width, Height, Layout and Color describe the pictures on both sides.
	Width, Height int
	Layout        Layout
	Color         media.Color
	// OutWidth and OutHeight are the even size that comes out whatever the chain does. Zero: what the chain makes, made even.
	OutWidth, OutHeight int
	// FrameRate is what filters that look at the clock are told; it does not change.
	FrameRate media.Rate
	// Writable makes pictures whose samples may still be changed.
	Writable bool
	Logger   *slog.Logger
}

// Chain runs filters: one picture in, one out. One goroutine at a time.
type Chain struct {
	cfg       ChainConfig
	graph     *astiav.FilterGraph
	src, sink *C.AVFilterContext
	shells    *Pool
	scratch   *astiav.Frame
	started   bool
	fed       int64
}

// maxDelay is how many pictures a chain may hold back.
const maxDelay = 64

// NewChain opens a chain. Errors wrap ErrFilter and carry libav's last line. The caller closes it.
func NewChain(cfg ChainConfig) (*Chain, error) {
	f := &Chain{cfg: cfg, graph: astiav.AllocFilterGraph(), scratch: astiav.AllocFrame()}
	if f.graph == nil || f.scratch == nil {
		f.free()
		return nil, &Error{Op: "filter", Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	born(KindFilter)
	spec := C.fg_filter_spec{
		w: C.int(cfg.Width), h: C.int(cfg.Height), fmt: C.int(cfg.Layout.pixelFormat()), space: C.int(colorSpace(cfg.Color.Matrix)),
		_range: C.int(cfg.Color.Range), rate_num: C.int(cfg.FrameRate.Num), rate_den: C.int(cfg.FrameRate.Den),
	}
	filters := C.CString(cfg.filters())
	defer C.free(unsafe.Pointer(filters))
	mark := book.mark()
	if err := check(fmt.Sprintf("filter %q", cfg.Filters), C.fg_filter_new(f.c(), &spec, filters, &f.src, &f.sink), nil, mark); err != nil {
		f.Close()
		if failed, why := (*Error)(nil), book.first(mark); errors.As(err, &failed) && why != "" {
			failed.LastLog = why
		}
		return nil, fmt.Errorf("%w: %w", ErrFilter, err)
	}
	f.shells = &Pool{
		width: int(C.fg_filter_width(f.sink)), height: int(C.fg_filter_height(f.sink)), layout: cfg.Layout, color: cfg.Color,
	}
	born(KindPool)
	return f, nil
}

// filters ends the caller's chain in what the pipeline needs: its size, layout and colours.
func (cfg *ChainConfig) filters() string {
	size := "scale=w='ceil(iw/2)*2':h='ceil(ih/2)*2'"
	if cfg.OutWidth > 0 {
		size = fmt.Sprintf("scale=w=%d:h=%d", cfg.OutWidth, cfg.OutHeight)
	}
	format := "format=pix_fmts=" + cfg.Layout.String()
	if cfg.Color.Matrix != media.MatrixUnset && cfg.Color.Range != media.RangeUnset {
		format += fmt.Sprintf(":color_spaces=%s:color_ranges=%s", C.GoString(C.av_color_space_name(C.enum_AVColorSpace(cfg.Color.Matrix))),
			C.GoString(C.av_color_range_name(C.enum_AVColorRange(cfg.Color.Range))))
	}
	return cfg.Filters + "," + size + "," + format
}

// Width returns the width of the pictures that come out.
func (f *Chain) Width() int { return f.shells.width }

// Height returns the height of the pictures that come out.
func (f *Chain) Height() int { return f.shells.height }

// Run gives the chain a picture, borrowed for the call, and returns what the chain shows next, which the caller releases. A chain that
// looks ahead is given the first picture several times, so that it stays behind by the same number of pictures. A chain that
// does not give one picture for each that it takes is an error wrapping ErrFilter.
func (f *Chain) Run(pic *Picture) (*Picture, error) {
	if f.graph == nil {
		return nil, ErrClosed
	}
	for range maxDelay {
		if err := f.push(pic); err != nil {
			return nil, err
		}
		out, err := f.pull()
		if errors.Is(err, ErrAgain) && !f.started {
			continue
		}
		f.started = true
		return f.only(out, err)
	}
	return f.only(nil, ErrAgain)
}

// only returns a picture unless the chain has a second one ready, or none.
func (f *Chain) only(pic *Picture, err error) (*Picture, error) {
	if err == nil {
		var more *Picture
		if more, err = f.pull(); errors.Is(err, ErrAgain) {
			return pic, nil
		}
		more.Release()
		pic.Release()
	}
	return nil, f.unsteady(err)
}

func (f *Chain) unsteady(err error) error {
	if err == nil || errors.Is(err, ErrAgain) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %q does not give one picture for each that it takes; the rate is FrameRate's business", ErrFilter, f.cfg.Filters)
	}
	return err
}

func (f *Chain) push(pic *Picture) error {
	mark := book.mark()
	code := C.fg_filter_push(f.src, cFrame(f.scratch), cFrame(pic.frame), C.int64_t(f.fed))
	f.fed++
	return check("filter", code, nil, mark)
}

func (f *Chain) pull() (*Picture, error) {
	pic, err := f.shells.shell()
	if err != nil {
		return nil, err
	}
	mark := book.mark()
	code := C.fg_filter_pull(f.sink, cFrame(pic.frame))
	if code >= 0 && f.cfg.Writable {
		code = C.av_frame_make_writable(cFrame(pic.frame))
	}
	if code < 0 {
		f.shells.put(pic)
		return nil, check("filter", code, nil, mark)
	}
	pic.begin()
	return pic, nil
}

// Close frees the chain; pictures that are still held stay valid. Closing twice is harmless.
func (f *Chain) Close() {
	if f.graph == nil {
		return
	}
	if f.shells != nil {
		f.shells.Close()
	}
	f.free()
	died(KindFilter)
}

func (f *Chain) free() {
	if f.graph != nil {
		f.graph.Free()
		f.graph = nil
	}
	if f.scratch != nil {
		f.scratch.Free()
		f.scratch = nil
	}
}

// c reads the first field of astiav.FilterGraph; TestAstiavLayout keeps that true.
func (f *Chain) c() *C.AVFilterGraph { return *(**C.AVFilterGraph)(unsafe.Pointer(f.graph)) }
