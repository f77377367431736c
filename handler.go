package framegear

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/framegear/framegear/internal/origin"
	"github.com/framegear/framegear/manifest"
)

// originState is what the HTTP side sees of a stream before and after its pipeline exists.
type originState struct {
	mu        sync.Mutex
	publisher *publisher
	changed   chan struct{} // closed when the publisher is there
	origins   []*origin.Origin
	closed    bool
}

func (o *originState) begin(p *publisher) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.publisher = p
	close(o.changed)
}

func (o *originState) add(g *origin.Origin) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.origins = append(o.origins, g)
	if o.closed {
		_ = g.Close()
	}
}

// stats adds up what all handlers of the stream have done.
func (o *originState) stats() origin.Stats {
	o.mu.Lock()
	defer o.mu.Unlock()
	var sum origin.Stats
	for _, g := range o.origins {
		s := g.Stats()
		sum.Requests += s.Requests
		sum.Failed += s.Failed
		sum.Refused += s.Refused
		sum.Bytes += s.Bytes
		sum.Waiting += s.Waiting
		sum.Answering += s.Answering
		sum.Viewers += s.Viewers
	}
	return sum
}

func (o *originState) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for _, g := range o.origins {
		_ = g.Close()
	}
}

// pipeline returns the pipeline, nil before the first frame. It does not wait for a frame that is being taken.
func (o *originState) pipeline() *pipeline {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.publisher == nil {
		return nil
	}
	return o.publisher.p
}

// Snapshot implements origin.Source.
func (o *originState) Snapshot() (*manifest.Presentation, <-chan struct{}) {
	o.mu.Lock()
	p, changed := o.publisher, o.changed
	o.mu.Unlock()
	if p == nil {
		return nil, changed
	}
	return p.Snapshot()
}

// HandlerOptions change what [Stream.HandlerWith] serves. The zero value is [Stream.Handler]'s.
type HandlerOptions struct {
	// NoPage leaves the player page at "/" out.
	NoPage bool
	// Players holds hls.min.js and dash.all.min.js for the page. Nil means those of the build: a checkout has them after make,
	// a module in Go's module cache never. There "go run github.com/framegear/framegear/cmd/setup players DIR" fetches them,
	// and what belongs here is an embed.FS of DIR ([fs.Sub]), or os.DirFS(DIR).
	Players fs.FS
	// Token, when not empty, is what every request but /healthz must carry: as a bearer token (RFC 6750); as ?token=… in its URL,
	// which manifests then hand on to all they name, so that players that cannot send a header need no more than a manifest's URL;
	// or as the cookie (HttpOnly, SameSite=Strict, of the page's folder) that the page sets when it is opened with ?token=….
	Token string
	// Title is the page's heading. Zero: the name of the folder that is served, or else the last one in the page's URL, if it has one.
	Title string
	// Cache says who may keep answers.
	Cache CachePolicy
	// AllowOrigins are the web origins ("https://example.com") whose pages may read the output (CORS), or "*". Nil means every page;
	// but where the request calls the server localhost or by a loopback address and no token is asked for, pages of this machine alone.
	// An empty list means the server's own pages.
	AllowOrigins []string
	// Limits bound what clients can take.
	Limits HandlerLimits
	// Metrics answers /metrics. Nil means [Stream.MetricsHandler].
	Metrics http.Handler
}

// Handler serves the output: manifests, segments and parts with all that low latency needs (blocking reload, growing
// segments), and a player page at "/". It may be used before the first frame (players wait), while the stream runs, and after
// Finish as long as the output is there. It needs an output that can be read: memory (New with ""), a folder, or low latency.
//
// Paths are relative to its root, so under a prefix it wants that taken off: mux.Handle("/cam/", http.StripPrefix("/cam", s.Handler())).
func (s *Stream) Handler() http.Handler {
	h, err := s.HandlerWith(HandlerOptions{})
	if err != nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, err.Error(), http.StatusNotImplemented)
		})
	}
	return h
}

// HandlerWith is Handler with options. An output that cannot be read back is an error wrapping ErrOptions.
func (s *Stream) HandlerWith(o HandlerOptions) (http.Handler, error) {
	if s.place.objects == nil {
		return nil, fmt.Errorf("%w: this output cannot be read back (want memory, a folder, or LowLatency)", ErrOptions)
	}
	if o.Metrics == nil {
		o.Metrics = s.MetricsHandler()
	}
	g, err := origin.New(origin.Options{
		Source: &s.origin, Objects: s.place.objects, MPDName: s.place.mpdName(), HLSName: s.place.hlsName(),
		NoDASH: s.opt.Format == HLS, NoHLS: s.opt.Format == DASH, Page: !o.NoPage, Players: o.Players, Token: o.Token, Metrics: o.Metrics,
		Title: o.Title, Cache: o.Cache, AllowOrigins: o.AllowOrigins, Limits: o.Limits,
		Health: s.healthy, Clock: s.opt.now, Logger: s.opt.Logger,
	})
	if err != nil {
		return nil, optionsError(err)
	}
	s.origin.add(g)
	return g, nil
}

// FolderHandler serves what recordings and live outputs left in a folder, or are still writing there, as [Stream.HandlerWith] does
// for a running one: manifests and media, of the folder and the folders in it, and a page at "/" that plays them (?stream=NAME
// chooses among several). It works on anybody's presentations as long as their files end in .mpd, .m3u8, .m4s, .mp4, .ts and the like;
// other files, hidden ones and what links lead to outside are not served. A playlist whose writer was killed ends where it stops.
// There are no parts: for low latency ask the stream's own handler. HandlerOptions.Metrics is answered when it is given.
//
// The folder is held open for as long as the handler is in use. Errors are those of opening it, or wrap ErrOptions.
func FolderHandler(dir string, o HandlerOptions) (http.Handler, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("framegear: folder %s: %w", dir, err)
	}
	if full, err := filepath.Abs(dir); err == nil && o.Title == "" {
		o.Title = filepath.Base(full)
	}
	g, err := origin.New(origin.Options{
		Files: root.FS(), Page: !o.NoPage, Players: o.Players, Token: o.Token, Title: o.Title, Cache: o.Cache,
		AllowOrigins: o.AllowOrigins, Limits: o.Limits, Metrics: o.Metrics,
	})
	if err != nil {
		return nil, errors.Join(optionsError(err), root.Close())
	}
	return g, nil
}

// optionsError makes what an origin says about its options ours.
func optionsError(err error) error {
	return fmt.Errorf("%w: %s", ErrOptions, strings.ReplaceAll(err.Error(), origin.ErrOptions.Error()+": ", ""))
}

// HandlerLimits bound what the clients of a handler can take. A zero field means its default.
//
//	MaxWaiting    int           // requests held for bytes that do not exist yet; further ones are answered 503. 2000
//	MaxAnswers    int           // requests answered at a time, those that are held among them; further ones are answered 503. 4096
//	MaxPerAddress int           // of them one address may have (of IPv6, one network of 64 bits). A quarter. A proxy in front is one address
//	WriteTimeout  time.Duration // for a client to accept 64 KiB before it is cut off. 10 s
//	StartTimeout  time.Duration // that a manifest may be waited for before anything was made. 10 s
type HandlerLimits = origin.Limits

// CachePolicy says who may keep answers of a handler.
type CachePolicy = origin.CachePolicy

// The policies.
const (
	// CacheAuto lets caches keep media and manifests for as long as they are good, but what a token guards, or what was asked for with
	// credentials of an app's own (Authorization, Cookie), for that viewer alone.
	CacheAuto = origin.CacheAuto
	// CachePublic lets shared caches keep also what was asked for with credentials (RFC 9111 section 3.5).
	CachePublic = origin.CachePublic
	// CachePrivate lets browsers keep answers, and nobody between.
	CachePrivate = origin.CachePrivate
	// CacheNone lets nobody keep anything.
	CacheNone = origin.CacheNone
)

// healthy returns the error that ended the stream, or why its output cannot be written.
func (s *Stream) healthy() error {
	if err := s.failed(); err != nil {
		return err
	}
	return s.outage()
}

// failed returns the error that ended the stream.
func (s *Stream) failed() error {
	if p := s.origin.pipeline(); p != nil {
		return p.err()
	}
	return nil
}

// Server is an HTTP server with bounds against clients that are slow, many, or talk too much. Serve answers until its context ends,
// URL says where, Close cuts everything off.
type Server = origin.Server

// ServerOptions say how a [Server] listens. The zero value is plain HTTP with the default bounds.
//
//	TLS            TLSFiles      // HTTPS, with HTTP/2 for clients that have it
//	MaxConnections int           // open at a time, idle ones make room for others; zero means 4096
//	MaxPerAddress  int           // of them one address may have; zero means a quarter
//	Hosts          []string      // names that requests may call it by, "*" for any; nil: any, on loopback localhost alone
//	Grace          time.Duration // how long requests may go on when the server ends; zero means 3 s
//	Logger         *slog.Logger  // hears of broken handshakes and handlers; nil means silence
type ServerOptions = origin.ServerOptions

// TLSFiles name a certificate chain and its key in PEM files: Cert and Key.
type TLSFiles = origin.TLSFiles

// Listen opens a TCP address for [Server.Serve]. A host's own server can serve [Stream.Handler] just as well; this one has
// its time-outs and limits set for long-held requests.
func Listen(addr string, o ServerOptions) (*Server, error) { return origin.Listen(addr, o) }
