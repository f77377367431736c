package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/framegear/framegear/encoder"
)

type probeCmd struct {
	JSON bool   `name:"json" help:"As JSON."`
	Size string `help:"Size of the frames to try with." default:"1280x720"`
}

// Run tries every encoder with real frames.
func (c *probeCmd) Run(e *env) error {
	w, h, err := (&streamCmd{Size: c.Size}).size("")
	if err != nil {
		return err
	}
	results := encoder.Probe(e.ctx, encoder.ProbeOptions{Width: w, Height: h})
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(results)
	}
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ENCODER\tCODEC\tBITS\tWORKS\tFRAMES/S\tREASON")
	for _, r := range results {
		works, speed := "no", "-"
		if r.Works {
			works, speed = "yes", fmt.Sprintf("%.0f", r.FramesPerSecond)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\n", r.Encoder, r.Codec, r.Bits, works, speed, r.Reason)
	}
	return t.Flush()
}
