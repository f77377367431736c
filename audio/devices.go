package audio

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/framegear/framegear/internal/av"
)

// Device is a capture device.
type Device struct {
	// Format is libav's input device ("alsa") and Name what it opens ("hw:1"); together they make a Source.
	Format, Name string
	// Description is for people.
	Description string
	// Default marks the one that the system prefers.
	Default bool
}

// Source returns the source that captures from the device.
func (d Device) Source() Source { return Source{Format: d.Format, URL: d.Name} }

// Devices returns the sound inputs that this build of libav can see, nothing where there are none. When one kind of them cannot be listed the
// others are returned with an error.
func Devices() ([]Device, error) {
	var all []Device
	var errs []error
	for _, format := range builtDevices() {
		found, err := av.ListDevices(format)
		if err != nil && !errors.Is(err, syscall.ENOSYS) { // some inputs have no list
			errs = append(errs, fmt.Errorf("audio: %w", err))
		}
		for _, d := range found {
			all = append(all, Device{Format: format, Name: d.Name, Description: d.Description, Default: d.Default})
		}
	}
	return all, errors.Join(errs...)
}
