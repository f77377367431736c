package validate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Limits of what is read into memory at once.
const (
	maxManifest = 16 << 20
	maxSegment  = 512 << 20
)

// liveSegments is how many segments of a track are read over HTTP when the presentation is live and no number is given.
const liveSegments = 20

// Options change how [Check] works. The zero value is fine.
type Options struct {
	// MaxSegments is how many segments of each track are read, the newest ones. Zero: all, but 20 when live over HTTP.
	// Negative: none, only manifests.
	MaxSegments int
	// Fetcher gets the files. Nil: paths from disk, http and https URLs by Client.
	Fetcher Fetcher
	// Client makes the requests of the default Fetcher. Nil: one with a timeout of 30 seconds.
	Client *http.Client
	// Now is the clock that says which segments of a live MPD exist. Nil: time.Now.
	Now func() time.Time
}

type checker struct {
	ctx      context.Context
	fetch    Fetcher
	opt      Options
	report   *Report
	seen     map[string]int
	noted    map[string]bool
	http     bool
	tracks   []*track
	variants []variant
	mpd      *mpdState
}

// Check validates the presentation of target: the path or URL of an MPD, a multivariant or a media playlist. An error means
// that it could not be checked: it wraps ErrNotFound, ErrNotManifest, ErrTooLarge or the context's error. Defects of
// the presentation, missing segments included, are findings of the report.
func Check(ctx context.Context, target string, opt Options) (*Report, error) {
	c := &checker{
		ctx: ctx, fetch: opt.Fetcher, opt: opt, http: isURL(target),
		report: &Report{Target: target, Findings: []Finding{}}, seen: map[string]int{}, noted: map[string]bool{},
	}
	if c.fetch == nil {
		c.fetch = newFiles(opt.Client)
	}
	if c.opt.Now == nil {
		c.opt.Now = time.Now
	}
	doc, err := c.fetch.Fetch(ctx, target, ByteRange{}, maxManifest)
	if err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	if err := c.run(doc); err != nil {
		return nil, fmt.Errorf("validate: %s: %w", target, err)
	}
	return c.report, nil
}

func (c *checker) run(doc *Object) error {
	head := bytes.TrimLeft(doc.Bytes, "\ufeff \t\r\n")
	var err error
	isHLS := bytes.HasPrefix(head, []byte("#EXTM3U"))
	switch {
	case isHLS:
		err = c.loadHLS(doc)
	case bytes.HasPrefix(head, []byte("<")) && bytes.Contains(head[:min(len(head), 4096)], []byte("<MPD")):
		err = c.loadDASH(doc)
	default:
		return fmt.Errorf("%w: it starts with %q (want #EXTM3U or an MPD element)", ErrNotManifest, clip(head, 20))
	}
	if err != nil {
		return err
	}
	for _, t := range c.tracks {
		if err := c.readTrack(t); err != nil {
			return err
		}
	}
	c.ladderRules()
	c.summarize()
	if c.report.Summary.Live {
		return c.reload(doc, isHLS)
	}
	return nil
}

func clip(b []byte, n int) []byte { return b[:min(len(b), n)] }

// get fetches what a presentation refers to. A failure is a finding, unless the check itself was ended.
func (c *checker) get(scope string, r ref, limit int64) (*Object, error) {
	o, err := c.fetch.Fetch(c.ctx, r.url, r.part, limit)
	if err == nil {
		return o, nil
	}
	if ctxErr := c.ctx.Err(); ctxErr != nil {
		return nil, ctxErr
	}
	what := "cannot be read: " + err.Error()
	if errors.Is(err, ErrNotFound) {
		what = "is listed and does not exist"
	}
	c.add(ruleMissing, scope, r.url, "%s", what)
	return nil, nil
}

// keep cuts a list of segments to those that are to be read.
func (c *checker) keep(t *track) {
	n := c.opt.MaxSegments
	if n == 0 && c.http && t.live {
		n = liveSegments
	}
	switch {
	case n < 0:
		t.segments = nil
	case n > 0 && len(t.segments) > n:
		t.segments = t.segments[len(t.segments)-n:]
	}
}
