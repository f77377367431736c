package encoder

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/framegear/framegear/internal/av"
)

// anyVideo is the name of V4L2's one device: libav itself looks through the nodes for one that makes the format.
const anyVideo = "/dev/video*"

// noM2M is the reason when no node of V4L2 encodes.
const noM2M = "none of /dev/video* is a memory-to-memory codec of V4L2: the machine has none, its kernel driver is not loaded, or the " +
	"container was not given the node (--device /dev/video11)"

// m2mNodes returns the nodes of memory-to-memory codecs, decoders among them.
func (m machine) m2mNodes() (nodes []string, err error) {
	all, _ := filepath.Glob(filepath.Join(m.root, "dev/video*"))
	for _, node := range all {
		is, problem := av.IsM2M(node)
		if is {
			nodes = append(nodes, path.Join("/", strings.TrimPrefix(node, m.root)))
		} else if problem != nil && err == nil {
			err = problem
		}
	}
	return nodes, err
}

func (m machine) m2mDevices() []string {
	if nodes, _ := m.m2mNodes(); len(nodes) > 0 {
		return []string{anyVideo}
	}
	return nil
}

func (m machine) checkM2M(device string) error {
	nodes, err := m.m2mNodes()
	if len(nodes) > 0 {
		return nil
	}
	reason := device + ": " + noM2M
	if errors.Is(err, os.ErrPermission) {
		reason = device + ": no permission for the nodes of V4L2: add the user to the group video, or run the container with --group-add video"
	}
	return &DeviceError{Path: device, Reason: reason, Err: cmp.Or(err, os.ErrNotExist)}
}

func optionsM2M(*Options) map[string]string { return map[string]string{} }

// ratesM2M promises bit rates only: V4L2 has no control for quality that all drivers know.
func ratesM2M(o *Options) []rateControl {
	if o.MaxBitrate == 0 {
		return nil
	}
	return []rateControl{{"b": fmt.Sprint(cmp.Or(o.Bitrate, o.MaxBitrate))}}
}
