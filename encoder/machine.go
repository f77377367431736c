package encoder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/framegear/framegear/internal/av"
)

// machine is what explanations look at; tests give it another root.
type machine struct {
	root string
	env  func(string) string
}

var thisMachine = machine{root: "/", env: os.Getenv}

// noRenderNode is the reason when there is no GPU.
const noRenderNode = "there is no render node under /dev/dri: the machine has no GPU, its kernel driver is not loaded, or the container " +
	"was not given --device /dev/dri"

// renderNodes returns the render nodes, sorted: every GPU has one.
func (m machine) renderNodes() []string {
	nodes, _ := filepath.Glob(filepath.Join(m.root, "dev/dri/renderD*"))
	slices.SortFunc(nodes, func(a, b string) int {
		if d := len(a) - len(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for i := range nodes {
		nodes[i] = path.Join("/", strings.TrimPrefix(nodes[i], m.root))
	}
	return nodes
}

// checkNode finds out without the driver's help why a render node cannot be opened.
func (m machine) checkNode(device string) error {
	file := filepath.Join(m.root, device)
	fail := func(err error, format string, args ...any) error {
		return &DeviceError{Path: device, Reason: device + ": " + fmt.Sprintf(format, args...), Err: err}
	}
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail(err, "no such device%s", m.others())
	case errors.Is(err, fs.ErrPermission):
		return fail(err, "no permission: %s", owner(file))
	case err != nil:
		return fail(err, "%v", err)
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || st.Mode()&fs.ModeCharDevice == 0 {
		return fail(err, "not a device (want a render node such as /dev/dri/renderD128)")
	}
	return nil
}

func (m machine) others() string {
	if all := m.renderNodes(); len(all) > 0 {
		return " (there is " + strings.Join(all, ", ") + ")"
	}
	return "; " + noRenderNode
}

// owner says who may open a node.
func owner(file string) string {
	st, err := os.Stat(file)
	if err != nil {
		return err.Error()
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return st.Mode().String()
	}
	gid := strconv.Itoa(int(sys.Gid))
	group := gid
	if g, err := user.LookupGroupId(gid); err == nil {
		group = g.Name
	}
	return fmt.Sprintf("it is for the group %s (add the user with usermod -aG %s, or run the container with --group-add %s)", group, group, gid)
}

// vaDrivers are the VA-API drivers for GPUs by the name of the kernel's driver, with the Debian package of each.
var vaDrivers = map[string][]struct{ name, pkg string }{
	"i915":       {{"iHD", "intel-media-va-driver"}, {"i965", "i965-va-driver"}},
	"xe":         {{"iHD", "intel-media-va-driver"}},
	"amdgpu":     {{"radeonsi", "mesa-va-drivers"}},
	"radeon":     {{"r600", "mesa-va-drivers"}, {"radeonsi", "mesa-va-drivers"}},
	"nouveau":    {{"nouveau", "mesa-va-drivers"}},
	"virtio_gpu": {{"virtio_gpu", "mesa-va-drivers"}},
	"nvidia":     {{"nvidia", "nvidia-vaapi-driver"}},
}

// explain says why a device that exists and may be used does not work.
func (m machine) explain(k *kind, device string, limit time.Duration, err error) string {
	if errors.Is(err, av.ErrStuck) {
		return fmt.Sprintf("%s: its driver did not answer within %s", device, limit)
	}
	return k.explain(m, device, err)
}

// explainVAAPI says why the VA-API driver of a node does not start.
func (m machine) explainVAAPI(device string, err error) string {
	kernel := m.kernelDriver(device)
	wanted := vaDrivers[kernel]
	if own := m.env("LIBVA_DRIVER_NAME"); own != "" {
		wanted = []struct{ name, pkg string }{{own, ""}}
	}
	if len(wanted) == 0 {
		return fmt.Sprintf("%s: no VA-API driver is known for this device (kernel driver %q): %v", device, kernel, err)
	}
	var found string
	var missing []string
	for _, w := range wanted {
		file := w.name + "_drv_video.so"
		if w.pkg != "" {
			file += " (Debian package " + w.pkg + ")"
		}
		if path := m.driverFile(w.name); path == "" {
			missing = append(missing, file)
		} else if found == "" {
			found = path
		}
	}
	if found == "" {
		return fmt.Sprintf("%s: no driver file for this GPU: %s is not in %s", device, strings.Join(missing, " or "),
			strings.Join(m.driverDirs(), " "))
	}
	text := fmt.Sprintf("%s: the driver %s does not start: %v", device, found, err)
	if len(missing) > 0 { // one for other generations of GPUs
		text += "; this GPU may want " + strings.Join(missing, " or ")
	}
	return text
}

// kernelDriver returns the name of the kernel's driver for a node, empty when it cannot be told.
func (m machine) kernelDriver(device string) string {
	link, err := os.Readlink(filepath.Join(m.root, "sys/class/drm", path.Base(device), "device/driver"))
	if err != nil {
		return ""
	}
	return filepath.Base(link)
}

func (m machine) driverDirs() []string {
	if own := m.env("LIBVA_DRIVERS_PATH"); own != "" {
		return filepath.SplitList(own)
	}
	dirs, _ := filepath.Glob(filepath.Join(m.root, "usr/lib/*/dri"))
	for i := range dirs {
		dirs[i] = path.Join("/", strings.TrimPrefix(dirs[i], m.root))
	}
	return append(dirs, "/usr/lib/dri", "/usr/lib64/dri", "/usr/local/lib/dri")
}

func (m machine) driverFile(name string) string {
	for _, dir := range m.driverDirs() {
		file := path.Join(dir, name+"_drv_video.so")
		if _, err := os.Stat(filepath.Join(m.root, file)); err == nil {
			return file
		}
	}
	return ""
}

// refusals are libav's words about what a driver does not do, and ours.
var refusals = []struct{ said, means string }{
	{"No usable encoding profile", "its driver does not offer this codec or profile for encoding"},
	{"No usable encoding entrypoint", "its driver decodes this codec but does not encode it"},
	{"Surface RT format", "its driver does not encode this bit depth"},
	{"Unsupported format", "its driver does not take pictures of this bit depth"},
	{"does not support encoding at size", "the size is beyond the device's limits"},
	{"RC mode", "its driver offers none of the ways of rate control that keep the bit rate"},
	{"(supported modes: CQP)", "its driver keeps no bit rate, it has constant quantizers alone (the raw option rc_mode=CQP takes one; on GPUs " +
		"of Intel bit rates may need the HuC firmware: kernel parameter i915.enable_guc=2)"},
	{"Encode failed", "its driver failed to encode a picture"},
	{"Cannot load libnvidia-encode", "libnvidia-encode.so.1 cannot be loaded: NVIDIA's library for encoding is not installed (Debian package " +
		"libnvidia-encode1; in a container NVIDIA_DRIVER_CAPABILITIES with video)"},
	{"Driver does not support the required nvenc API version", "NVIDIA's driver is too old for this build"},
	{"OpenEncodeSessionEx failed", "the GPU opens no more sessions for encoding"},
	{"No capable devices found", "the GPU does not encode this codec, size or bit depth"},
	{"Could not find a valid device", "no V4L2 node encodes this format"},
}

// refusal says why an encoder on a device cannot be opened or has failed.
func refusal(o *Options, limit time.Duration, err error) string {
	if errors.Is(err, av.ErrStuck) {
		return fmt.Sprintf("its driver did not answer within %s", limit)
	}
	var e *av.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	means := ""
	for _, r := range refusals {
		if strings.Contains(e.LastLog, r.said) {
			means = r.means
		}
	}
	switch {
	case errors.Is(err, syscall.ENOMEM):
		means = "the device has no memory left for pictures"
	case means == "" && errors.Is(err, syscall.EIO):
		means = "its driver failed"
	case means == "":
		return err.Error()
	}
	return fmt.Sprintf("%s (%s %dx%d, %d bit; libav: %s)", means, o.Codec, o.Width, o.Height, o.Layout.Bits(), e.LastLog)
}
