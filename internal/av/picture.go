package av

//#include "shim.h"
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/framegear/framegear/internal/media"
)

// Layout is a pixel layout of pictures inside the pipeline.
type Layout uint8

// The layouts that encoders take.
const (
	LayoutUnset  Layout = iota
	LayoutI420          // 8 bit 4:2:0, three planes
	LayoutNV12          // 8 bit 4:2:0, two planes
	LayoutI42010        // 10 bit 4:2:0 in 16-bit samples, three planes
	LayoutP010          // 10 bit 4:2:0 in the high bits of 16, two planes
)

// Bits returns 8 or 10.
func (l Layout) Bits() int {
	if l == LayoutI42010 || l == LayoutP010 {
		return 10
	}
	return 8
}

// String returns libav's name.
func (l Layout) String() string {
	switch l {
	case LayoutI420:
		return "yuv420p"
	case LayoutNV12:
		return "nv12"
	case LayoutI42010:
		return "yuv420p10le"
	case LayoutP010:
		return "p010le"
	}
	return "unset"
}

func (l Layout) pixelFormat() astiav.PixelFormat {
	switch l {
	case LayoutNV12:
		return astiav.PixelFormatNv12
	case LayoutI42010:
		return astiav.PixelFormatYuv420P10Le
	case LayoutP010:
		return astiav.PixelFormatP010Le
	}
	return astiav.PixelFormatYuv420P
}

// Picture is a reference-counted picture in C memory. A new one has one reference; whoever holds a reference releases
// it. Its samples must not be changed once it was handed on. Retain and Release may be called from any goroutine.
type Picture struct {
	frame *astiav.Frame
	refs  atomic.Int32
	pool  *Pool

	changes   changes
	uploading sync.Mutex
	uploaded  *Picture // the same samples on a device
}

// Pool makes pictures of one size and layout and uses their memory again. Get and Release may be called from any goroutine.
type Pool struct {
	width, height int
	layout        Layout
	color         media.Color
	buffers       *C.AVBufferPool // shared with all pools of pictures of as many bytes
	size          C.int           // those bytes
	frames        *C.AVBufferRef  // instead of buffers, when the pictures are on a device

	mu     sync.Mutex
	free   []*Picture
	closed bool
}

// NewPool returns a pool of pictures of an even width and height in pixels, tagged with a colour.
func NewPool(width, height int, layout Layout, color media.Color) (*Pool, error) {
	mark := book.mark()
	size := C.fg_picture_size(C.enum_AVPixelFormat(layout.pixelFormat()), C.int(width), C.int(height))
	if err := check(fmt.Sprintf("picture of %dx%d", width, height), size, nil, mark); err != nil {
		return nil, err
	}
	b := memory.open(size)
	if b == nil {
		return nil, &Error{Op: "picture pool", Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	born(KindPool)
	return &Pool{width: width, height: height, layout: layout, color: color, buffers: b, size: size}, nil
}

// Get returns a picture with undefined samples. The caller releases it.
func (p *Pool) Get() (*Picture, error) {
	pic, err := p.shell()
	if err != nil {
		return nil, err
	}
	if err := p.allocate(cFrame(pic.frame)); err != nil {
		p.put(pic)
		return nil, err
	}
	p.deliver(pic)
	return pic, nil
}

func (p *Pool) allocate(f *C.AVFrame) error {
	mark := book.mark()
	if p.frames != nil {
		return check("picture on the device", C.av_hwframe_get_buffer(p.frames, f, 0), nil, mark)
	}
	code := C.fg_picture_get(p.buffers, f, C.enum_AVPixelFormat(p.layout.pixelFormat()), C.int(p.width), C.int(p.height))
	return check("picture buffer", code, nil, mark)
}

// deliver makes a shell that has memory a picture.
func (p *Pool) deliver(pic *Picture) {
	c := p.color
	C.fg_picture_color(cFrame(pic.frame), C.int(colorSpace(c.Matrix)), C.int(c.Range), C.int(unspecified(c.Primaries)),
		C.int(unspecified(c.Transfer)))
	pic.begin()
}

// begin gives a picture its first reference.
func (p *Picture) begin() {
	p.refs.Store(1)
	p.changes.serial, p.changes.since = serials.Add(1), 0
	born(KindPicture)
}

// shell returns a picture without memory.
func (p *Pool) shell() (*Picture, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	if n := len(p.free); n > 0 {
		pic := p.free[n-1]
		p.free = p.free[:n-1]
		return pic, nil
	}
	f := astiav.AllocFrame()
	if f == nil {
		return nil, &Error{Op: "picture", Code: -int(C.ENOMEM), Text: "out of memory"}
	}
	return &Picture{frame: f, pool: p}, nil
}

func (p *Pool) put(pic *Picture) {
	pic.frame.Unref()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		pic.frame.Free()
		return
	}
	p.free = append(p.free, pic)
}

// Close frees what is not in use; pictures still held stay valid and are freed with their last Release.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	for _, pic := range p.free {
		pic.frame.Free()
	}
	p.free = nil
	C.av_buffer_unref(&p.frames)
	if p.buffers != nil {
		memory.close(p.size)
		p.buffers = nil
	}
	died(KindPool)
}

// Retain adds a reference and returns the picture.
func (p *Picture) Retain() *Picture {
	p.refs.Add(1)
	return p
}

// Release gives up one reference. The last one returns the memory to the pool. A nil picture is ignored.
func (p *Picture) Release() {
	if p == nil {
		return
	}
	switch n := p.refs.Add(-1); {
	case n == 0:
		died(KindPicture)
		p.uploaded.Release()
		p.uploaded = nil
		p.pool.put(p)
	case n < 0:
		panic("av: picture released twice")
	}
}

// Width returns the width in pixels.
func (p *Picture) Width() int { return p.pool.width }

// Height returns the height in pixels.
func (p *Picture) Height() int { return p.pool.height }

// Layout returns the layout of the samples.
func (p *Picture) Layout() Layout { return p.pool.layout }

// Color returns what the samples mean.
func (p *Picture) Color() media.Color { return p.pool.color }

// Stride returns the distance between rows of a plane in bytes.
func (p *Picture) Stride(plane int) int { return int(cFrame(p.frame).linesize[plane]) }

// Pointer returns the first sample of a plane, in C memory, valid while a reference is held.
func (p *Picture) Pointer(plane int) unsafe.Pointer {
	return unsafe.Pointer(cFrame(p.frame).data[plane])
}

// Plane returns a plane's samples in C memory, valid while a reference is held.
func (p *Picture) Plane(plane int) []byte {
	rows := p.pool.height
	if plane > 0 {
		rows = (rows + 1) / 2
	}
	return unsafe.Slice((*byte)(p.Pointer(plane)), rows*p.Stride(plane))
}

// Black makes all of the picture black, before it is handed on.
func (p *Picture) Black() error {
	return check("black picture", C.fg_picture_black(cFrame(p.frame)), nil, book.mark())
}

// Paste copies a picture of the same layout to x, y, both even, before this one is handed on.
func (p *Picture) Paste(from *Picture, x, y int) {
	sample := (p.Layout().Bits() + 7) / 8
	C.fg_copy_plane((*C.uint8_t)(unsafe.Add(p.Pointer(0), y*p.Stride(0)+x*sample)), C.int(p.Stride(0)),
		(*C.uint8_t)(from.Pointer(0)), C.int(from.Stride(0)), C.int(from.Width()*sample), C.int(from.Height()))
	planes := 3
	if p.Layout() == LayoutNV12 || p.Layout() == LayoutP010 {
		planes, sample = 2, 2*sample
	}
	for i := 1; i < planes; i++ {
		C.fg_copy_plane((*C.uint8_t)(unsafe.Add(p.Pointer(i), y/2*p.Stride(i)+x/2*sample)), C.int(p.Stride(i)),
			(*C.uint8_t)(from.Pointer(i)), C.int(from.Stride(i)), C.int(from.Width()/2*sample), C.int(from.Height()/2))
	}
}

// pad repeats the last column and row when the samples cover only width by height of the picture.
func (p *Picture) pad(width, height int) {
	if width != p.pool.width || height != p.pool.height {
		C.fg_picture_pad(cFrame(p.frame), C.int(width), C.int(height), C.int((p.pool.layout.Bits()+7)/8))
	}
}

// Pad repeats the last column and row of samples that cover only width by height of the picture: how odd sizes become even.
func (p *Picture) Pad(width, height int) { p.pad(width, height) }

func cFrame(f *astiav.Frame) *C.AVFrame { return (*C.AVFrame)(f.UnsafePointer()) }

// colorSpace maps "unset" to libav's "unspecified": its zero means RGB (H.273 MatrixCoefficients 0, identity).
func colorSpace(m media.Matrix) int {
	if m == media.MatrixUnset {
		return int(media.MatrixUnknown)
	}
	return int(m)
}

func unspecified(v uint8) int {
	if v == 0 {
		return 2
	}
	return int(v)
}
