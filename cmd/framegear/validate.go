package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/framegear/framegear/manifest/validate"
)

type validateCmd struct {
	Target      string        `arg:"" help:"An .mpd or .m3u8, as a file or an http(s) URL, or the folder of one."`
	JSON        bool          `name:"json" help:"As JSON."`
	MaxSegments int           `help:"Segments to look at per track (default: all of a recording, 20 of a live one)."`
	Header      []string      `sep:"none" placeholder:"NAME: VALUE" help:"Send this header to the target's host (can be repeated)."`
	Token       string        `help:"Send this bearer token to the target's host, as stream --token asks for."`
	Timeout     time.Duration `default:"15m" help:"How long the whole check may take."`
}

// Run checks the presentation; errors make the exit code 1, warnings do not.
func (c *validateCmd) Run(e *env) error {
	targets, err := c.targets()
	if err != nil {
		return err
	}
	o, err := c.options()
	if err != nil {
		return err
	}
	found := 0
	for _, target := range targets {
		report, err := check(e.reading, target, o)
		if report != nil {
			if err := c.print(e.stdout, report); err != nil {
				return err
			}
			found += report.Errors()
		}
		if err != nil {
			return err
		}
	}
	if found > 0 {
		return errReported
	}
	return nil
}

// check ends with the first signal, whatever the check is waiting for.
func check(ctx context.Context, target string, o validate.Options) (report *validate.Report, err error) {
	done := make(chan struct{})
	var got *validate.Report
	var failed error
	go func() {
		defer close(done)
		got, failed = validate.Check(ctx, target, o)
	}()
	select {
	case <-done:
		return got, failed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// targets are the manifests of a folder, or what was given.
func (c *validateCmd) targets() ([]string, error) {
	if !isFolder(c.Target) {
		return []string{c.Target}, nil
	}
	list, err := validate.Manifests(c.Target)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%s: there is no .mpd and no .m3u8 in this folder", c.Target)
	}
	return list, err
}

func (c *validateCmd) options() (validate.Options, error) {
	o := validate.Options{MaxSegments: c.MaxSegments, Header: http.Header{}, Limits: validate.Limits{Time: c.Timeout}}
	if c.Timeout <= 0 {
		return o, usagef("--timeout %s (want more than 0)", c.Timeout)
	}
	for _, line := range c.Header {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return o, usagef("--header %q (want \"Name: value\")", name)
		}
		o.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if c.Token != "" {
		o.Header.Set("Authorization", "Bearer "+c.Token)
	}
	return o, nil
}

func (c *validateCmd) print(w io.Writer, r *validate.Report) error {
	if !c.JSON {
		return printReport(w, r)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
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

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
