package encoder

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/av"
)

// fakeMachine is a root with files and links.
func fakeMachine(t *testing.T, env map[string]string, links map[string]string, files ...string) machine {
	root := t.TempDir()
	for _, f := range files {
		require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(f)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, f), nil, 0o600))
	}
	for name, to := range links {
		require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755))
		require.NoError(t, os.Symlink(to, filepath.Join(root, name)))
	}
	return machine{root: root, env: func(name string) string { return env[name] }}
}

func TestDevicesAreTheRenderNodesInOrder(t *testing.T) {
	require.Empty(t, fakeMachine(t, nil, nil).renderNodes())
	m := fakeMachine(t, nil, nil, "dev/dri/renderD129", "dev/dri/renderD128", "dev/dri/renderD1000", "dev/dri/card0")
	require.Equal(t, []string{"/dev/dri/renderD128", "/dev/dri/renderD129", "/dev/dri/renderD1000"}, m.renderNodes())
}

func TestCheckSaysWhyANodeCannotBeOpened(t *testing.T) {
	empty := fakeMachine(t, nil, nil)
	err := empty.checkNode("/dev/dri/renderD128")
	require.ErrorIs(t, err, ErrDevice)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "/dev/dri/renderD128: no such device; there is no render node under /dev/dri")

	m := fakeMachine(t, nil, nil, "dev/dri/renderD129")
	require.ErrorContains(t, m.checkNode("/dev/dri/renderD128"), "no such device (there is /dev/dri/renderD129)")
	require.ErrorContains(t, m.checkNode("/dev/dri/renderD129"), "not a device")

	if os.Geteuid() == 0 {
		return // root may open anything
	}
	node := filepath.Join(m.root, "dev/dri/renderD129")
	require.NoError(t, os.Chmod(node, 0))
	err = m.checkNode("/dev/dri/renderD129")
	require.ErrorIs(t, err, os.ErrPermission)
	require.ErrorContains(t, err, "no permission: it is for the group")
	require.ErrorContains(t, err, "usermod -aG")
}

func TestOwnerNamesTheGroup(t *testing.T) {
	file := filepath.Join(t.TempDir(), "node")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Contains(t, owner(file), "it is for the group")
	require.Contains(t, owner(file), "--group-add")
}

func TestExplainNamesTheDriverThatIsMissing(t *testing.T) {
	const node, driver = "/dev/dri/renderD128", "sys/class/drm/renderD128/device/driver"
	libav := &av.Error{Op: "vaapi device", Text: "Input/output error", LastLog: "Failed to initialise VAAPI connection"}
	intel := map[string]string{driver: "../../../../bus/pci/drivers/i915"}

	m := fakeMachine(t, nil, intel, "usr/lib/x86_64-linux-gnu/dri/other.so")
	require.Equal(t, "/dev/dri/renderD128: no driver file for this GPU: iHD_drv_video.so (Debian package "+
		"intel-media-va-driver) or i965_drv_video.so (Debian package i965-va-driver) is not in "+
		"/usr/lib/x86_64-linux-gnu/dri /usr/lib/dri /usr/lib64/dri /usr/local/lib/dri",
		m.explainVAAPI(node, libav))

	m = fakeMachine(t, nil, intel, "usr/lib/x86_64-linux-gnu/dri/i965_drv_video.so")
	require.Contains(t, m.explainVAAPI(node, libav), "i965_drv_video.so does not start")
	require.Contains(t, m.explainVAAPI(node, libav), "Failed to initialise VAAPI connection")
	require.Contains(t, m.explainVAAPI(node, libav), "; this GPU may want iHD_drv_video.so (Debian package intel-media-va-driver)")

	m = fakeMachine(t, map[string]string{"LIBVA_DRIVER_NAME": "mine", "LIBVA_DRIVERS_PATH": "/a:/b"}, intel)
	require.Contains(t, m.explainVAAPI(node, libav), "mine_drv_video.so is not in /a /b")

	m = fakeMachine(t, nil, map[string]string{driver: "/drivers/vgem"})
	require.Contains(t, m.explainVAAPI(node, libav), `no VA-API driver is known for this device (kernel driver "vgem")`)
	require.Equal(t, node+": its driver did not answer within 2s", m.explain(kinds["vaapi"], node, 2*time.Second, av.ErrStuck))
}

func TestRefusalPutsLibavsWordsIntoOnesToActOn(t *testing.T) {
	o := &Options{Codec: "h264_vaapi", Width: 8192, Height: 4320, Layout: av.LayoutNV12}
	for said, want := range map[string]string{
		"h264_vaapi: No usable encoding profile found.":                           "does not offer this codec or profile",
		"h264_vaapi: Hardware does not support encoding at size 8192x4320 (…).":   "beyond the device's limits (h264_vaapi 8192x4320, 8 bit",
		"h264_vaapi: Driver does not support VBR RC mode (…).":                    "rate control",
		"h264_vaapi: Driver does not support VBR RC mode (supported modes: CQP).": "rc_mode=CQP",
		"something new": "something new",
	} {
		require.Contains(t, refusal(o, time.Second, &av.Error{Op: "open", Text: "error", LastLog: said}), want)
	}
	require.Contains(t, refusal(o, time.Second, &av.Error{Op: "upload", Code: -int(syscall.ENOMEM)}), "no memory left")
	require.Equal(t, "boom", refusal(o, time.Second, errors.New("boom")))
}

func TestNVIDIAIsFoundByItsNodes(t *testing.T) {
	empty := fakeMachine(t, nil, nil)
	require.Empty(t, empty.nvidiaDevices())
	require.ErrorContains(t, empty.checkNVIDIA("cuda:0"), "cuda:0: there is no /dev/nvidia0: the machine has no NVIDIA GPU")

	m := fakeMachine(t, nil, nil, "dev/nvidia0", "dev/nvidia1", "dev/nvidiactl", "sys/module/nvidia/version")
	require.NoError(t, os.WriteFile(filepath.Join(m.root, "sys/module/nvidia/version"), []byte("550.54.14\n"), 0o600))
	require.Equal(t, []string{"cuda:0", "cuda:1"}, m.nvidiaDevices())
	require.NoError(t, m.checkNVIDIA("cuda:1"))
	require.ErrorContains(t, m.checkNVIDIA("cuda:2"), "no such device (there is cuda:0, cuda:1)")
	require.Equal(t, "NVIDIA 550.54.14", m.nvidiaDriver())
	libav := &av.Error{Op: "cuda device", Text: "Operation not permitted", LastLog: "CUDA: Could not dynamically load CUDA"}
	require.Contains(t, m.explainNVIDIA("cuda:0", libav), "libcuda.so.1 cannot be loaded (Debian package libcuda1")
	require.Equal(t, "0", kinds["cuda"].argument("cuda:0"))
	require.Equal(t, "/dev/dri/renderD128", kinds["vaapi"].argument("/dev/dri/renderD128"))
}

func TestM2MCodecsAreToldFromOtherNodes(t *testing.T) {
	require.ErrorContains(t, fakeMachine(t, nil, nil).checkM2M(anyVideo), "none of /dev/video* is a memory-to-memory codec")
	m := fakeMachine(t, nil, nil, "dev/video0") // a file, which is no codec
	require.Empty(t, m.m2mDevices())
	require.ErrorIs(t, m.checkM2M(anyVideo), ErrDevice)
}

// Without an NVIDIA driver libav itself says that its library is missing.
func TestLibavsWordsWithoutNVIDIAsLibraries(t *testing.T) {
	if !slices.Contains(Kinds(), "cuda") || len(Devices("cuda")) > 0 {
		t.Skip("this build has no CUDA, or this machine has")
	}
	_, err := av.OpenDevice("cuda", "0")
	require.Error(t, err)
	require.Contains(t, thisMachine.explainNVIDIA("cuda:0", err), "libcuda.so.1 cannot be loaded")
}
