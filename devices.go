package framegear

import (
	"errors"
	"fmt"

	"github.com/framegear/framegear/audio"
	"github.com/framegear/framegear/internal/av"
)

// Device is a capture device of this machine.
type Device struct {
	// Kind is "sound" or "picture".
	Kind string `json:"kind"`
	// Format is libav's input device ("alsa", "v4l2") and Name what it opens ("hw:1", "/dev/video0").
	Format string `json:"format"`
	Name   string `json:"name"`
	// Description is for people.
	Description string `json:"description"`
	// Default marks the one that the system prefers.
	Default bool `json:"default"`
}

// Devices returns the capture devices that this build of libav can see. Where a kind of them cannot be listed, the others are
// returned with an error.
func Devices() ([]Device, error) {
	var all []Device
	sound, err := audio.Devices()
	for _, d := range sound {
		all = append(all, Device{"sound", d.Format, d.Name, d.Description, d.Default})
	}
	pictures, perr := av.ListDevices("v4l2")
	for _, d := range pictures {
		all = append(all, Device{"picture", "v4l2", d.Name, d.Description, d.Default})
	}
	if perr != nil {
		perr = fmt.Errorf("framegear: %w", perr)
	}
	return all, errors.Join(err, perr)
}
