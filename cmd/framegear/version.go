package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	"github.com/framegear/framegear"
)

type versionCmd struct {
	JSON bool `name:"json" help:"As JSON."`
}

// Run prints the versions.
func (c *versionCmd) Run(e *env) error {
	v := framegear.Version()
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	fmt.Fprintf(e.stdout, "framegear %s (%s, %s/%s)\n", v.Framegear, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(e.stdout, "libav %s\n", v.Libav)
	for _, l := range v.Libraries {
		fmt.Fprintf(e.stdout, "  %-14s %s\n", l.Name, l.Version)
	}
	fmt.Fprintf(e.stdout, "licence of this build: %s\n", v.License)
	if strings.Contains(v.License, "GPL") && !strings.Contains(v.License, "LGPL") {
		fmt.Fprintln(e.stdout, "  x264 and x265 make it so; `make build FRAMEGEAR_LICENSE=lgpl` leaves them out")
	}
	fmt.Fprintf(e.stdout, "configuration: %s\n", v.Configuration)
	return nil
}
