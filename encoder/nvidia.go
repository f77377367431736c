package encoder

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// noNVIDIA is the reason when there is no NVIDIA GPU.
const noNVIDIA = "there is no /dev/nvidia0: the machine has no NVIDIA GPU, NVIDIA's kernel driver is not loaded, or the container was " +
	"not given --gpus all"

// nvidiaDevices returns "cuda:0" and so on, one for each GPU that the kernel's driver serves. The numbers are CUDA's.
func (m machine) nvidiaDevices() []string {
	var devices []string
	nodes, _ := filepath.Glob(filepath.Join(m.root, "dev/nvidia[0-9]*"))
	for i := range nodes {
		devices = append(devices, "cuda:"+strconv.Itoa(i))
	}
	return devices
}

func (m machine) checkNVIDIA(device string) error {
	all := m.nvidiaDevices()
	switch {
	case len(all) == 0:
		return &DeviceError{Path: device, Reason: device + ": " + noNVIDIA, Err: os.ErrNotExist}
	case !slices.Contains(all, device):
		return &DeviceError{Path: device, Reason: fmt.Sprintf("%s: no such device (there is %s)", device, strings.Join(all, ", ")),
			Err: os.ErrNotExist}
	}
	return nil
}

func (m machine) explainNVIDIA(device string, err error) string {
	if strings.Contains(err.Error(), "dynamically load CUDA") {
		return device + ": NVIDIA's kernel driver is here and its libraries are not: libcuda.so.1 cannot be loaded (Debian package " +
			"libcuda1; in a container --gpus all)"
	}
	return plainly(m, device, err)
}

// nvidiaDriver returns "NVIDIA 550.54" with the version of the kernel's driver.
func (m machine) nvidiaDriver() string {
	version, _ := os.ReadFile(filepath.Join(m.root, "sys/module/nvidia/version"))
	return strings.TrimSpace("NVIDIA " + string(version))
}

// optionsNVENC maps options for NVIDIA's encoders.
func optionsNVENC(o *Options) map[string]string {
	m := map[string]string{"preset": orDefault(o.Preset, "p4"), "forced-idr": "1", "no-scenecut": "1"}
	tune := o.Tune
	if o.LowLatency {
		tune = orDefault(tune, "ull")
		m["zerolatency"], m["delay"] = "1", "0" // each picture comes out before the next one goes in
	}
	set(m, "tune", tune)
	set(m, "profile", o.Profile)
	if Format(o.Codec) == "av1" {
		delete(m, "no-scenecut")
		delete(m, "profile") // it has one
	}
	return m
}

// ratesNVENC returns one way: every GPU offers all modes.
func ratesNVENC(o *Options) []rateControl {
	quality := strconv.FormatFloat(max(1, o.CRF), 'g', -1, 64)
	maximum, buffer := fmt.Sprint(o.MaxBitrate), fmt.Sprint(o.BufferSize)
	switch {
	case o.CRF != 0 && o.Bitrate == 0 && o.MaxBitrate == 0:
		return []rateControl{{"rc": "vbr", "cq": quality, "b": "0"}}
	case o.CRF != 0 || o.Bitrate == 0: // its VBV knows the maximum alone
		return []rateControl{{"rc": "vbr", "cq": quality, "b": "0", "maxrate": maximum, "bufsize": buffer}}
	}
	mode := "vbr"
	if o.MaxBitrate == o.Bitrate {
		mode = "cbr"
	}
	return []rateControl{{"rc": mode, "b": fmt.Sprint(cmp.Or(o.Bitrate, o.MaxBitrate)), "maxrate": maximum, "bufsize": buffer}}
}
