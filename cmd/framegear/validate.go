package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/framegear/framegear/manifest/validate"
)

type validateCmd struct {
	Target      string `arg:"" help:"An .mpd or .m3u8, as a file or an http(s) URL."`
	JSON        bool   `name:"json" help:"As JSON."`
	MaxSegments int    `help:"Segments to look at per track (default: all of a recording, 20 of a live one)."`
}

// Run checks the presentation; errors make the exit code 1, warnings do not.
func (c *validateCmd) Run(e *env) error {
	report, err := validate.Check(e.ctx, c.Target, validate.Options{MaxSegments: c.MaxSegments})
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(report)
	} else {
		err = printReport(e.stdout, report)
	}
	if err != nil {
		return err
	}
	if report.Errors() > 0 {
		return errReported
	}
	return nil
}

func printReport(w io.Writer, r *validate.Report) error {
	fmt.Fprintf(w, "%s: %s, %.3f s\n", r.Target, r.Summary.Kind, r.Summary.Seconds)
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	for _, k := range r.Summary.Tracks {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%d kbit/s on average, %d at most\n", k.Name, dimensions(k), k.Codecs, k.FrameRate,
			count(k.Checked, "segment"), k.Average/1000, k.Peak/1000)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, n := range r.Summary.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
	for _, f := range r.Findings {
		fmt.Fprintln(w, f)
	}
	_, err := fmt.Fprintf(w, "%s, %s\n", count(r.Errors(), "error"), count(len(r.Findings)-r.Errors(), "warning"))
	return err
}

func dimensions(k validate.Track) string {
	if k.Width == 0 {
		return k.Kind
	}
	return fmt.Sprintf("%dx%d", k.Width, k.Height)
}
