package origin

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/hls"
)

// directives are the delivery directives of a playlist request (8216bis section 6.2.5).
type directives struct {
	msn, part int64 // -1: not given
	skip      hls.Skip
}

// blocking reports whether the client asks for a state that may lie ahead.
func (d directives) blocking() bool { return d.msn >= 0 }

// readDirectives reads the directives of a request.
func readDirectives(r *http.Request) (directives, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil { // a directive that is lost would mean something else
		return directives{msn: -1, part: -1}, failure(http.StatusBadRequest, "the query cannot be read: %v", err)
	}
	return parseDirectives(query)
}

// parseDirectives reads the directives of a query. Errors are 400s. Other parameters are ignored, other directives too:
// later editions may have more.
func parseDirectives(q url.Values) (directives, error) {
	d := directives{msn: -1, part: -1}
	var err error
	if d.msn, err = parseNumber(q, "_HLS_msn"); err != nil {
		return d, err
	}
	if d.part, err = parseNumber(q, "_HLS_part"); err != nil {
		return d, err
	}
	if d.part >= 0 && d.msn < 0 {
		return d, failure(http.StatusBadRequest, "_HLS_part needs _HLS_msn")
	}
	switch skip := q["_HLS_skip"]; {
	case len(skip) == 0:
	case len(skip) == 1 && skip[0] == "YES":
		d.skip = hls.SkipYes
	case len(skip) == 1 && skip[0] == "v2":
		d.skip = hls.SkipV2
	default:
		return d, failure(http.StatusBadRequest, "_HLS_skip is %q (want YES or v2)", skip)
	}
	return d, nil
}

// parseNumber reads a decimal-integer directive, -1 when there is none.
func parseNumber(q url.Values, name string) (int64, error) {
	values, given := q[name]
	if !given {
		return -1, nil
	}
	if len(values) == 1 && values[0] != "" && values[0][0] >= '0' && values[0][0] <= '9' {
		if n, err := strconv.ParseInt(values[0], 10, 64); err == nil {
			return n, nil
		}
	}
	return -1, failure(http.StatusBadRequest, "%s is %q (want one whole number)", name, values)
}

// check decides about a track's playlist in one state: nil when it has what the directives ask for, errPending when
// that is worth waiting for, a 400 when it is too far ahead (8216bis section 6.2.5.2).
func (d directives) check(p *manifest.Presentation, t *manifest.Track) error {
	if !d.blocking() || p.State == manifest.StateEnded {
		return nil
	}
	last := t.NextNumber() - 1
	if d.msn > last+2 {
		return failure(http.StatusBadRequest, "_HLS_msn is %d, more than two segments ahead of %d", d.msn, last)
	}
	if d.part < 0 {
		return d.pendingUnless(d.msn <= last)
	}
	if !p.LowLatency() {
		return failure(http.StatusBadRequest, "_HLS_part is given but this output has no parts")
	}
	if d.msn <= last {
		// A part beyond the last one of its segment means the first one of the next.
		return d.pendingUnless(d.msn < last || d.part < int64(lastParts(t)) || openParts(t) > 0)
	}
	have := int64(0)
	if d.msn == last+1 {
		have = int64(openParts(t))
	}
	if limit := advancePartLimit(t.PartTarget(p)); d.part >= have+limit {
		return failure(http.StatusBadRequest, "_HLS_part is %d, more than %d parts ahead of segment %d", d.part, limit, d.msn)
	}
	return d.pendingUnless(d.part < have)
}

func (d directives) pendingUnless(there bool) error {
	if there {
		return nil
	}
	return errPending
}

// advancePartLimit is how many parts ahead a client may ask: three, or as many as fill three seconds when parts are
// shorter than one (8216bis section 6.2.5.2), rounded up.
func advancePartLimit(part time.Duration) int64 {
	if part >= time.Second {
		return 3
	}
	return int64(math.Ceil(3 / part.Seconds()))
}

// lastParts is the number of parts of the last complete segment.
func lastParts(t *manifest.Track) int {
	if n := len(t.Segments); n > 0 {
		return len(t.Segments[n-1].Parts)
	}
	return 0
}

func openParts(t *manifest.Track) int {
	if t.Open == nil {
		return 0
	}
	return len(t.Open.Parts)
}
