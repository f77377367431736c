package main

import (
	"time"

	"github.com/framegear/framegear"
)

// hardwareFlags say which device encodes and what becomes of a stream when it does not.
type hardwareFlags struct {
	HW        framegear.HWPolicy `name:"hw" help:"Hardware encoders that do not work: ${enum}. prefer goes on in software and says so; require fails; off uses none." enum:"prefer,require,off" default:"prefer" group:"Encoder"`
	Device    string             `name:"hw-device" aliases:"vaapi-device" help:"Device for hardware encoders, also --vaapi-device (default: the first one that works; see framegear probe)." placeholder:"/dev/dri/renderD128" group:"Encoder"`
	HWTimeout time.Duration      `name:"hw-timeout" help:"How long a call into a driver may take." default:"5s" group:"Encoder"`
}

func (f hardwareFlags) apply(o *framegear.Options) {
	o.HW, o.HWDevice, o.HWTimeout = f.HW, f.Device, f.HWTimeout
}
