package main

import (
	"encoding/json"
	"fmt"
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
		fmt.Fprintln(e.stdout, "no capture devices")
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
	return t.Flush()
}
