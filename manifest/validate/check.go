package validate

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Eyevinn/hls-m3u8/m3u8"
)

// Limits of what is read into memory at once.
const (
	maxManifest = 16 << 20
	maxSegment  = 512 << 20
)

// liveSegments is how many segments of a track are read when no number is given and a live presentation is read over
// HTTP, or has no beginning.
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
	// Header is sent with the default Fetcher's requests to the target's own scheme and host: Authorization, Cookie
	// and the like.
	Header http.Header
	// Limits bound the whole check.
	Limits Limits
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
	taken    map[*m3u8.Alternative]bool
	mpd      *mpdState

	limits     Limits
	remembered int   // segments and parts
	over       error // which limit was reached
}

// Check validates the presentation of target: the path or URL of an MPD, a multivariant or a media playlist. An error
// means that it could not be checked: it wraps ErrNotFound, ErrNotManifest, ErrTooLarge, ErrLimit or the context's
// error. Defects of the presentation, missing segments included, are findings of the report. With ErrLimit there is a
// report too, of what was seen until then.
func Check(ctx context.Context, target string, opt Options) (*Report, error) {
	limits := opt.Limits.withDefaults()
	ctx, cancel := limits.within(ctx)
	defer cancel()
	c := &checker{
		ctx: ctx, opt: opt, http: isURL(target), limits: limits,
		report: &Report{Target: printable(target), Findings: []Finding{}}, seen: map[string]int{}, noted: map[string]bool{},
		taken: map[*m3u8.Alternative]bool{},
	}
	if opt.Fetcher == nil {
		opt.Fetcher = newFiles(&opt, target)
	}
	c.fetch = &budget{Fetcher: opt.Fetcher, limits: limits}
	if c.opt.Now == nil {
		c.opt.Now = time.Now
	}
	doc, err := c.fetch.Fetch(ctx, target, ByteRange{}, maxManifest)
	if errors.Is(err, errNoFile) {
		err = fmt.Errorf("%w: %w", ErrNotManifest, err)
	}
	if err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	err = c.run(doc)
	switch {
	case errors.Is(err, ErrLimit):
		c.summarize()
		return c.report, fmt.Errorf("validate: %s: %w", c.report.Target, err)
	case err != nil:
		return nil, fmt.Errorf("validate: %s: %w", c.report.Target, err)
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
	if err = cmp.Or(err, c.over); err != nil {
		return err
	}
	for _, t := range c.tracks {
		if err := c.readTrack(t); err != nil {
			return err
		}
	}
	c.ladderRules()
	if err := c.lengthRules(); err != nil {
		return err
	}
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
	switch {
	case err == nil:
		return o, nil
	case c.ctx.Err() != nil, errors.Is(err, ErrLimit):
		return nil, err
	case errors.Is(err, ErrNotFound):
		c.add(ruleMissing, scope, r.url, "is listed and does not exist")
	case isTimeout(err):
		c.add(ruleMissing, scope, r.url, "was not answered in time")
	default:
		c.add(ruleMissing, scope, r.url, "cannot be read: %v", err)
	}
	return nil, nil
}
