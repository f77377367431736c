package av

//#include "shim.h"
//#include <stdlib.h>
//#include <libavdevice/avdevice.h>
import "C"

import (
	"errors"
	"sync"
	"syscall"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// registerDevices makes libavdevice's inputs known to libavformat, once.
var registerDevices = sync.OnceFunc(func() {
	C.fg_alsa_quiet()
	C.avdevice_register_all()
})

func findInputFormat(name string) *astiav.InputFormat {
	registerDevices()
	return astiav.FindInputFormat(name)
}

// HasInputFormat reports whether the build has a demuxer or input device of that name.
func HasInputFormat(name string) bool { return findInputFormat(name) != nil }

// isDevice reports whether a format is a device that captures, and no demuxer.
func isDevice(format string) bool {
	f := findInputFormat(format)
	return f != nil && isCapture(*(**C.AVInputFormat)(unsafe.Pointer(f)))
}

func isCapture(f *C.AVInputFormat) bool {
	const first, last = C.AV_CLASS_CATEGORY_DEVICE_VIDEO_OUTPUT, C.AV_CLASS_CATEGORY_DEVICE_INPUT
	return f.priv_class != nil && f.priv_class.category >= first && f.priv_class.category <= last
}

// deviceErrors are what drivers say of a device that cannot be opened.
var deviceErrors = []syscall.Errno{syscall.EBUSY, syscall.EACCES, syscall.EPERM, syscall.ENODEV, syscall.ENOENT, syscall.ENXIO}

// deviceError gives an error the code of what went wrong: libavdevice makes EIO of all that ALSA says, and only a line of the log tells.
func deviceError(err error, mark uint64) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != -int(syscall.EIO) {
		return err
	}
	for _, errno := range deviceErrors {
		if text := errorText(-int(errno)); book.said("("+text+")", mark) {
			e.Code, e.Text = -int(errno), text
		}
	}
	return e
}

// DeviceInfo is a device that libav found.
type DeviceInfo struct {
	// Name is what to open, Description is for people.
	Name, Description string
	// Default marks the one that the system prefers.
	Default bool
}

// ListDevices returns the devices of an input such as "alsa" or "v4l2".
func ListDevices(format string) ([]DeviceInfo, error) {
	if !HasInputFormat(format) {
		return nil, nil
	}
	name := C.CString(format)
	defer C.free(unsafe.Pointer(name))
	var list *C.AVDeviceInfoList
	mark := book.mark()
	code := C.avdevice_list_input_sources(nil, name, nil, &list)
	if code < 0 {
		return nil, check("devices of "+format, code, nil, mark)
	}
	defer C.avdevice_free_list_devices(&list)
	var all []DeviceInfo
	for i := range int(list.nb_devices) {
		d := deviceAt(list, i)
		all = append(all, DeviceInfo{Name: C.GoString(d.device_name), Description: C.GoString(d.device_description),
			Default: i == int(list.default_device)})
	}
	return all, nil
}

func deviceAt(list *C.AVDeviceInfoList, i int) *C.AVDeviceInfo {
	return unsafe.Slice(list.devices, int(list.nb_devices))[i]
}
