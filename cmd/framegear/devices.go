package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/framegear/framegear"
)

type devicesCmd struct {
	JSON bool `name:"json" help:"As JSON."`
}

// Run lists the devices.
func (c *devicesCmd) Run(e *env) error {
	all, err := framegear.Devices()
	if err != nil {
		e.log.Warn("some devices cannot be listed", "err", err)
	}
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(append([]framegear.Device{}, all...))
	}
	if len(all) == 0 {
		c.missing(e, nil)
		return nil
	}
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KIND\tOPEN WITH\tDEFAULT\tDESCRIPTION")
	for _, d := range all {
		open, def := "--audio "+d.Format+":"+d.Name, ""
		if d.Kind == "picture" {
			open = d.Name
		}
		if d.Default {
			def = "yes"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", d.Kind, open, def, d.Description)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	c.missing(e, all)
	return nil
}

// missing says why there may be nothing of a kind. ALSA's null, which is always there, gives silence.
func (c *devicesCmd) missing(e *env, all []framegear.Device) {
	has := func(kind string) bool {
		return slices.ContainsFunc(all, func(d framegear.Device) bool { return d.Kind == kind && d.Name != "null" })
	}
	if !has("sound") {
		fmt.Fprintln(e.stdout, "no sound card: ALSA sees none (want a card in /proc/asound/cards; in a container --device /dev/snd, and its group)")
	}
	if !has("picture") {
		fmt.Fprintln(e.stdout, "no camera: V4L2 sees none (want a /dev/video0 that may be read; in a container --device /dev/video0, and its group)")
	}
}
