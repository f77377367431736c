package main

import (
	"time"

	"github.com/framegear/framegear"
)

// outageFlags say what becomes of a stream whose output cannot be written to.
type outageFlags struct {
	Outage       framegear.OutagePolicy `help:"When the output cannot be written to (a full disk, a server that is away): ${enum}. Outliving, a live output goes on, with gaps in its manifests if it must; a recording waits for --backlog." enum:"outlive,end" default:"outlive" group:"Output"`
	Backlog      time.Duration          `help:"How long what is finished may wait for such an output, or a slow one." default:"30s" group:"Output"`
	BacklogBytes int64                  `help:"How many bytes of a live output may." default:"268435456" placeholder:"N" group:"Output"`
}

func (f *outageFlags) apply(o *framegear.Options) {
	o.Outage, o.Backlog, o.BacklogBytes = f.Outage, f.Backlog, f.BacklogBytes
}
