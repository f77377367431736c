package origin

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/framegear/framegear/muxer/sink"
)

// Origin serves one output. It is an http.Handler for any number of requests at a time.
type Origin struct {
	opt   Options
	token tokenCheck
	texts textCache
	gate  gate
	// answers bounds the requests that are being answered, probes those for /healthz, which come on top of them.
	answers, probes *shares
	// folder is what is served without a source, nil with one.
	folder *folder
	// players are the program's own, nil for those of the build.
	players *assets
	counts  counters
	// life ends with Close.
	life  context.Context
	close context.CancelFunc
}

var _ http.Handler = (*Origin)(nil)

// New returns an origin. Errors wrap [ErrOptions] and name all faults. The origin starts nothing and holds nothing open;
// [Origin.Close] is only needed to let waiting requests go.
func New(opt Options) (*Origin, error) {
	opt = opt.withDefaults()
	if err := opt.validate(); err != nil {
		return nil, err
	}
	o := &Origin{
		opt: opt, token: newTokenCheck(opt.Token), gate: gate{limit: int64(opt.Limits.MaxWaiting)},
		answers: newShares(opt.Limits.MaxAnswers, opt.Limits.MaxPerAddress), probes: newShares(maxProbes, maxProbes),
	}
	if opt.Files != nil {
		o.folder = newFolder(opt.Files, opt.Clock)
	}
	if opt.Players != nil {
		o.players = &assets{files: opt.Players}
	}
	o.life, o.close = context.WithCancel(context.Background())
	return o, nil
}

// Close lets every waiting request go with 503 and cuts growing segments off. What is complete is still served, so that
// viewers can play to the end. It returns at once and may be called more than once.
func (o *Origin) Close() error {
	o.close()
	return nil
}

// ServeHTTP answers one request.
func (o *Origin) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w := newWriter(rw, r, o.opt.Limits.WriteTimeout, &o.counts)
	defer w.done()
	among := o.answers
	if nameIn(r) == "healthz" {
		among = o.probes
	}
	by := clientOf(r.RemoteAddr)
	if !among.take(by) {
		o.counts.refused.Add(1)
		w.Header().Set("Retry-After", "1")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Length", "0") // a body could wait for a client that reads nothing
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer among.give(by)
	o.serve(w, r)
}

// maxProbes is how many answers of /healthz are written at a time. They are short, and not to be kept from whoever restarts what is dead.
const maxProbes = 64

// serve answers one request that there is room for.
func (o *Origin) serve(w *writer, r *http.Request) {
	o.setCommonHeaders(w.Header(), r)
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Allow", allowedMethods)
		refuseBody(w, r)
		fail(w, failure(http.StatusMethodNotAllowed, "%s is not possible here: this server is read-only", r.Method))
		return
	}
	if refuseBody(w, r) {
		fail(w, failure(http.StatusBadRequest, "a %s request has no body here", r.Method))
		return
	}
	if err := o.answer(w, r); err != nil {
		o.fail(w, r, err)
	}
}

// answer routes a GET or HEAD request. An error means that nothing was written yet.
func (o *Origin) answer(w *writer, r *http.Request) error {
	name := nameIn(r)
	if name == "healthz" {
		return o.serveHealth(w, r)
	}
	if err := o.token.check(w, r); err != nil {
		return err
	}
	switch {
	case name == "" || strings.HasPrefix(name, pagePrefix):
		return o.servePage(w, r, name)
	case name == "time":
		return o.serveTime(w, r)
	case name == "metrics":
		return o.serveMetrics(w, r)
	case sink.CheckName(name) != nil:
		return errNotFound
	}
	o.counts.sawViewer(r)
	switch {
	case o.folder != nil:
		return o.serveFile(w, r, name)
	case name == o.opt.MPDName && !o.opt.NoDASH:
		return o.serveMPD(w, r)
	case name == o.opt.HLSName && !o.opt.NoHLS:
		return o.serveMultivariant(w, r)
	case strings.HasSuffix(name, ".m3u8"):
		return o.servePlaylist(w, r, name)
	}
	return o.serveMedia(w, r, name)
}

// nameIn is what a request asks for, relative to the root.
func nameIn(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/") }

// reserved reports whether a path has a meaning of its own here.
func reserved(name string) bool {
	return name == "time" || name == "metrics" || name == "healthz" || strings.HasPrefix(name, pagePrefix)
}

// serveTime answers with the present instant as an xs:dateTime with milliseconds
// (ISO/IEC 23009-1 section 5.8.5.7, urn:mpeg:dash:utc:http-xsdate:2014).
func (o *Origin) serveTime(w *writer, r *http.Request) error {
	now := o.opt.Clock().UTC().Format("2006-01-02T15:04:05.000Z07:00")
	return writeText(w, r, http.StatusOK, now)
}

// serveHealth answers without a token, because probes have none. What is wrong may name files and hosts, which are for those who have it.
func (o *Origin) serveHealth(w *writer, r *http.Request) error {
	err := o.opt.Health()
	switch {
	case err == nil:
		return writeText(w, r, http.StatusOK, "ok\n")
	case o.token.needed() && o.token.given(r):
		return failure(http.StatusServiceUnavailable, "%v", err)
	}
	return failure(http.StatusServiceUnavailable, "not ok: the log says why")
}

func (o *Origin) serveMetrics(w *writer, r *http.Request) error {
	if o.opt.Metrics == nil {
		return errNotFound
	}
	w.Header().Set("Cache-Control", "no-store")
	o.opt.Metrics.ServeHTTP(w, r)
	return nil
}

// targetDuration is EXT-X-TARGETDURATION, which every bound on waiting and caching is counted in (hls.TargetDuration
// refuses a segment that is too long; a bound does not).
func targetDuration(nominal time.Duration) time.Duration {
	return max((nominal + time.Second - 1).Truncate(time.Second), time.Second)
}
