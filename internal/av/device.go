package av

//#include <stdlib.h>
//#include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/framegear/framegear/internal/media"
)

// Device is a hardware device that encodes and scales. Its methods may be called from any goroutine, as far as its driver
// allows; drivers also hang, so calls belong on a [Worker].
type Device struct {
	kind, path string
	ref        *C.AVBufferRef
}

// OpenDevice opens a device of a kind by libav's name ("vaapi", "cuda", "qsv" …). What path means is the kind's; empty
// leaves the choice to libav.
func OpenDevice(kind, path string) (*Device, error) {
	k, p := C.CString(kind), C.CString(path)
	defer C.free(unsafe.Pointer(k))
	defer C.free(unsafe.Pointer(p))
	d := &Device{kind: kind, path: path}
	mark := book.mark()
	if err := check(kind+" device "+path, C.fg_device_open(k, p, &d.ref), nil, mark); err != nil {
		return nil, err
	}
	born(KindDevice)
	return d, nil
}

// Kind returns libav's name of the kind of device.
func (d *Device) Kind() string { return d.kind }

// Driver returns the driver's name for itself, empty where the kind of device has none.
func (d *Device) Driver() string { return C.GoString(C.fg_device_vendor(d.ref)) }

// Close gives the device up; pictures and encoders on it stay valid, and the last of them frees it. Closing twice is harmless.
func (d *Device) Close() {
	if d.ref != nil {
		C.av_buffer_unref(&d.ref)
		died(KindDevice)
	}
}

// IsM2M reports whether a node is a memory-to-memory codec of V4L2. An error is the system's about opening it.
func IsM2M(node string) (bool, error) {
	p := C.CString(node)
	defer C.free(unsafe.Pointer(p))
	code := C.fg_device_m2m(p)
	return code > 0, check("node "+node, code, nil, book.mark())
}

// NewDevicePool returns a pool of pictures on a device. Their samples cannot be read; Upload fills them.
func NewDevicePool(d *Device, width, height int, layout Layout, color media.Color) (*Pool, error) {
	p := &Pool{width: width, height: height, layout: layout, color: color}
	mark := book.mark()
	code := C.fg_frames_new(d.ref, C.enum_AVPixelFormat(layout.pixelFormat()), C.int(width), C.int(height), &p.frames)
	if err := check(fmt.Sprintf("pictures of %dx%d on the device", width, height), code, nil, mark); err != nil {
		return nil, err
	}
	born(KindPool)
	return p, nil
}

// On returns the picture's copy on a device, made once however many ask for it. src and dst have the same size and layout. The
// caller releases the copy, which also lives until the picture's last reference is gone.
func (p *Picture) On(dst *Pool) (*Picture, error) {
	p.uploading.Lock()
	defer p.uploading.Unlock()
	if p.uploaded != nil && p.uploaded.pool == dst {
		return p.uploaded.Retain(), nil
	}
	up, err := dst.Get()
	if err != nil {
		return nil, err
	}
	mark := book.mark()
	if err := check("upload", C.fg_frames_upload(cFrame(up.frame), cFrame(p.frame)), nil, mark); err != nil {
		up.Release()
		return nil, err
	}
	p.uploaded.Release()
	p.uploaded = up
	return up.Retain(), nil
}

// deviceFilters are libavfilter's scalers by kind of device.
var deviceFilters = map[string]string{
	"vaapi": "scale_vaapi", "cuda": "scale_cuda", "qsv": "scale_qsv", "videotoolbox": "scale_vt", "amf": "vpp_amf",
}

// DeviceScaler scales pictures on a device, keeping layout and colour. One goroutine at a time.
type DeviceScaler struct {
	c    C.fg_device_scaler
	pool *Pool
}

// NewDeviceScaler returns a scaler for the pictures of a pool. An error says that the device cannot scale.
func NewDeviceScaler(d *Device, from *Pool, width, height int) (*DeviceScaler, error) {
	filter := C.CString(deviceFilters[d.kind])
	args := C.CString(fmt.Sprintf("w=%d:h=%d", width, height))
	defer C.free(unsafe.Pointer(filter))
	defer C.free(unsafe.Pointer(args))
	s := &DeviceScaler{}
	mark := book.mark()
	code := C.fg_device_scale_new(from.frames, filter, args, C.int(colorSpace(from.color.Matrix)), C.int(from.color.Range), &s.c)
	if err := check(fmt.Sprintf("scale to %dx%d on the device", width, height), code, nil, mark); err != nil {
		return nil, err
	}
	born(KindFilter)
	s.pool = &Pool{
		width: width, height: height, layout: from.layout, color: from.color,
		frames: C.av_buffer_ref(C.fg_device_scale_frames(&s.c)),
	}
	born(KindPool)
	return s, nil
}

// Pool is where the scaled pictures come from, for the encoder that takes them.
func (s *DeviceScaler) Pool() *Pool { return s.pool }

// Scale returns the scaled picture, which the caller releases; src is borrowed for the call.
func (s *DeviceScaler) Scale(src *Picture) (*Picture, error) {
	dst, err := s.pool.shell()
	if err != nil {
		return nil, err
	}
	mark := book.mark()
	if err := check("scale on the device", C.fg_device_scale(&s.c, cFrame(dst.frame), cFrame(src.frame)), nil, mark); err != nil {
		s.pool.put(dst)
		return nil, err
	}
	s.pool.deliver(dst)
	return dst, nil
}

// Close frees the scaler; pictures that are still held stay valid. Closing twice is harmless.
func (s *DeviceScaler) Close() {
	if s.c.graph != nil {
		C.avfilter_graph_free(&s.c.graph)
		s.pool.Close()
		died(KindFilter)
	}
}
