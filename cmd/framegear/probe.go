package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/framegear/framegear/encoder"
)

type probeCmd struct {
	JSON    bool     `name:"json" help:"As JSON."`
	Size    string   `help:"Size of the frames to try with." default:"1280x720"`
	Device  []string `help:"Device to try hardware encoders on (default: every one of the machine)." placeholder:"/dev/dri/renderD128"`
	Encoder []string `help:"Encoder to try (default: all)." placeholder:"h264_vaapi"`
}

// Run tries every encoder with real frames. That something does not work is what it is there to say, not a failure; a name that is no
// encoder's is one.
func (c *probeCmd) Run(e *env) error {
	w, h, err := (&streamCmd{Size: c.Size}).size("")
	if err != nil {
		return err
	}
	for _, name := range c.Encoder {
		if !slices.Contains(encoder.Names(), name) {
			return usagef("--encoder %s (want one of %v)", name, encoder.Built())
		}
	}
	results := encoder.Probe(e.ctx, encoder.ProbeOptions{Width: w, Height: h, Devices: c.Device, Encoders: c.Encoder})
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(results)
	}
	return printProbe(e.stdout, results, len(c.Encoder) > 0)
}

// printProbe prints a table, and under it each reason once with the encoders that it holds for. What the build does not have gets no row
// unless it was asked for.
func printProbe(w io.Writer, results []encoder.ProbeResult, all bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ENCODER\tCODEC\tBITS\tDEVICE\tWORKS\tOPENS IN\tFRAMES/S\tDRIVER")
	var reasons []string
	for _, r := range results {
		works, opens, speed := "no", "-", "-"
		if r.Works {
			works, opens, speed = "yes", fmt.Sprintf("%.0f ms", r.OpenMilliseconds), fmt.Sprintf("%.0f", r.FramesPerSecond)
		} else if !slices.Contains(reasons, r.Reason) {
			reasons = append(reasons, r.Reason)
		}
		if !all && !encoder.Available(r.Encoder) {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", r.Encoder, r.Codec, r.Bits, orDash(r.Device), works, opens, speed, orDash(r.Driver))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, reason := range reasons {
		var names []string
		for _, r := range results {
			if r.Reason == reason {
				names = append(names, r.Encoder)
			}
		}
		if _, err := fmt.Fprintf(w, "\n%s: %s\n", strings.Join(names, ", "), reason); err != nil {
			return err
		}
	}
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
