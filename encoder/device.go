package encoder

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/framegear/framegear/internal/av"
	"github.com/framegear/framegear/internal/media"
)

// ErrStuck is wrapped when a driver did not answer in time. What it was asked goes on in the background and is freed if it ever ends.
var ErrStuck = av.ErrStuck

// ErrDevice is wrapped by errors about a device that cannot be used.
var ErrDevice = errors.New("hardware cannot be used")

// DefaultLimit is how long a call into a driver may take where nothing else is said.
const DefaultLimit = 5 * time.Second

// DeviceError says in words to act on why a device or an encoder on it cannot be used.
type DeviceError struct {
	// Path of the device, empty when there is none at all.
	Path string
	// Reason is what to do or what is missing.
	Reason string
	// Err is what libav or the system said, nil when it was not asked.
	Err error
}

// Error returns the reason.
func (e *DeviceError) Error() string { return fmt.Sprintf("%v: %s", ErrDevice, e.Reason) }

// Unwrap returns ErrDevice and the cause.
func (e *DeviceError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrDevice}
	}
	return []error{ErrDevice, e.Err}
}

// Device is one hardware device for all encoders of a ladder. Its methods may be called from any goroutine.
type Device struct {
	kind, path, driver string
	info               *kind
	limit              time.Duration
	worker             *av.Worker
	dev                *av.Device

	mu     sync.Mutex
	pools  map[poolKey]*av.Pool
	users  int // encoders that are open, also those that a call given up works on
	closed bool

	// growing is held alone by an encoder that still takes memory for its references, and shared by the others.
	growing sync.RWMutex
}

// poolKey is one kind of picture on the device.
type poolKey struct {
	width, height int
	layout        Layout
	color         media.Color
}

// OpenDevice opens a device of a kind by libav's name ("vaapi"), by a name of [Devices]; an empty one takes the first that works. No call
// takes longer than the limit; zero means DefaultLimit. Errors are DeviceErrors. The caller closes it after the encoders.
func OpenDevice(kind, path string, limit time.Duration) (*Device, error) {
	k := kinds[kind]
	if k == nil {
		return nil, NoDevice(kind)
	}
	if limit == 0 {
		limit = DefaultLimit
	}
	if path == "" {
		return openFirst(kind, limit)
	}
	if err := k.check(thisMachine, path); err != nil {
		return nil, err
	}
	d := &Device{kind: kind, info: k, path: path, limit: limit, worker: av.NewWorker(), pools: map[poolKey]*av.Pool{}}
	if err := d.worker.Do(limit, d.open); err != nil {
		_ = d.Close()
		return nil, &DeviceError{Path: path, Reason: thisMachine.explain(k, path, limit, err), Err: err}
	}
	return d, nil
}

func (d *Device) open() (err error) {
	if d.info.inMemory {
		return nil
	}
	if d.dev, err = av.OpenDevice(d.kind, d.info.argument(d.path)); err != nil {
		return err
	}
	d.driver = d.dev.Driver()
	if d.info.driver != nil {
		d.driver = d.info.driver(thisMachine)
	}
	return nil
}

func openFirst(kind string, limit time.Duration) (*Device, error) {
	var errs []error
	for _, path := range Devices(kind) {
		d, err := OpenDevice(kind, path, limit)
		if err == nil {
			return d, nil
		}
		errs = append(errs, err)
	}
	if len(errs) == 0 {
		return nil, NoDevice(kind)
	}
	return nil, errors.Join(errs...)
}

// Kind returns libav's name of the kind of device.
func (d *Device) Kind() string { return d.kind }

// Path returns the device's name, a path where it has one.
func (d *Device) Path() string { return d.path }

// Driver returns what the driver calls itself.
func (d *Device) Driver() string { return d.driver }

// uploads returns the pool for pictures that come from memory: one for all encoders, so that each picture is uploaded once.
func (d *Device) uploads(key poolKey) (*av.Pool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.pools[key]; p != nil {
		return p, nil
	}
	p, err := av.NewDevicePool(d.dev, key.width, key.height, key.layout, key.color)
	if err == nil {
		d.pools[key] = p
	}
	return p, err
}

// acquire keeps the device from being freed until release.
func (d *Device) acquire() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return ErrClosed
	}
	d.users++
	return nil
}

func (d *Device) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users--
	d.free()
}

// free frees the device when nobody needs it any more.
func (d *Device) free() {
	if !d.closed || d.users > 0 {
		return
	}
	for _, p := range d.pools {
		p.Close()
	}
	if d.dev != nil {
		d.dev.Close()
	}
}

// Close frees the device; where a call into the driver that was given up still works with it, as soon as that comes back. It returns an error
// wrapping ErrStuck when the driver does not let it. Closing twice is harmless.
func (d *Device) Close() error {
	return d.worker.Close(d.limit, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.closed = true
		d.free()
	})
}
