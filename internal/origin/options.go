package origin

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer/sink"
)

// Source tells what exists.
type Source interface {
	// Snapshot returns the present state, which never changes, and a channel that is closed when a newer one exists.
	// The state is nil before there is a first one. Bytes are in the sink before a state names them.
	Snapshot() (*manifest.Presentation, <-chan struct{})
}

// Options say what an [Origin] serves. Source and Objects are needed, or Files; the rest has good defaults.
type Options struct {
	// Files, instead of Source and Objects, are what outputs left or are still writing: manifests and media, in the folder and the
	// folders in it. They are served as they are, but for a playlist that nobody ends any more.
	Files fs.FS
	// Source tells what exists.
	Source Source
	// Objects holds the bytes, under the paths of the presentation.
	Objects sink.Reader
	// MPDName and HLSName are the names of the MPD and the multivariant playlist, without a folder. Empty means live.mpd
	// and live.m3u8.
	MPDName, HLSName string
	// NoDASH and NoHLS leave a format out.
	NoDASH, NoHLS bool
	// Page serves the player page at "/".
	Page bool
	// Title is the page's heading. Empty: the last folder of its URL.
	Title string
	// Players holds hls.min.js and dash.all.min.js for the page, and is read when somebody asks for them. Nil means those of
	// the build, which a module from Go's module cache has not.
	Players fs.FS
	// Token, when it is not empty, is demanded of every request but /healthz: as a bearer token (RFC 6750), as the query
	// parameter "token", or as the cookie that the page's answer to such a parameter sets. A manifest that is asked for with
	// the parameter has it in all of its URIs.
	Token string
	// Metrics answers /metrics. Nil means 404.
	Metrics http.Handler
	// Cache says who may keep answers, AllowOrigins which pages may read them: see the types of the root package.
	Cache        CachePolicy
	AllowOrigins []string
	// Health answers /healthz: nil is healthy, an error's text is shown to those who have the token. A nil function means always healthy.
	Health func() error
	// Clock is the clock behind /time. Nil means time.Now. It must be the clock that captures are stamped with.
	Clock func() time.Time
	// Logger hears of objects that cannot be read and manifests that cannot be rendered. Nil means silence.
	Logger *slog.Logger
	// Limits bound what clients can take.
	Limits Limits
}

// Limits bound what clients can take. A zero field means its default.
type Limits struct {
	// MaxWaiting is how many requests may be held at a time for bytes that do not exist yet: blocking reloads, hinted
	// parts, growing segments. Further ones are answered 503. Default 2000.
	MaxWaiting int
	// MaxAnswers is how many requests may be answered at a time, those that are held among them; further ones are answered 503. An
	// answer to a client that reads slowly takes memory for as long. Default 4096.
	MaxAnswers int
	// MaxPerAddress is how many of them one address may have (of IPv6, one network of 64 bits). Default a quarter of MaxAnswers.
	MaxPerAddress int
	// WriteTimeout is how long a client may take to accept 64 KiB before it is cut off. Default 10 s.
	WriteTimeout time.Duration
	// StartTimeout is how long a manifest may be waited for before anything was made. Default 10 s.
	StartTimeout time.Duration
}

// ErrOptions is wrapped by every error about an option.
var ErrOptions = errors.New("origin: bad options")

// withDefaults returns a copy with every default filled in.
func (o Options) withDefaults() Options {
	setDefault(&o.MPDName, "live.mpd")
	setDefault(&o.HLSName, "live.m3u8")
	setDefault(&o.Limits.MaxWaiting, 2000)
	setDefault(&o.Limits.MaxAnswers, 4096)
	setDefault(&o.Limits.MaxPerAddress, max(1, o.Limits.MaxAnswers/4))
	setDefault(&o.Limits.WriteTimeout, 10*time.Second)
	setDefault(&o.Limits.StartTimeout, 10*time.Second)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Health == nil {
		o.Health = func() error { return nil }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// validate reports all faults of options that have their defaults.
func (o Options) validate() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%w: "+format, append([]any{ErrOptions}, args...)...))
	}
	if o.Files != nil && (o.Source != nil || o.Objects != nil) {
		fault("Files and Source or Objects are given (want one or the other)")
	}
	if o.Source == nil && o.Files == nil {
		fault("Source is nil")
	}
	if o.Objects == nil && o.Files == nil {
		fault("Objects is nil")
	}
	for _, name := range []string{o.MPDName, o.HLSName} {
		if sink.CheckName(name) != nil || strings.ContainsAny(name, "/?#") || reserved(name) {
			fault("manifest name %q (want a file name without a folder, such as live.mpd)", name)
		}
	}
	if o.MPDName == o.HLSName {
		fault("MPDName and HLSName are both %q", o.MPDName)
	}
	for _, allowed := range o.AllowOrigins {
		if !isWebOrigin(allowed) {
			fault("AllowOrigins has %q (want a scheme and a host, such as https://example.com, or *)", allowed)
		}
	}
	if o.Cache > CacheNone {
		fault("Cache is %d (want one of the policies)", o.Cache)
	}
	if o.Limits.MaxWaiting < 0 || o.Limits.MaxAnswers < 0 || o.Limits.MaxPerAddress < 0 || o.Limits.WriteTimeout < 0 || o.Limits.StartTimeout < 0 {
		fault("a limit is negative: %+v", o.Limits)
	}
	return errors.Join(faults...)
}
