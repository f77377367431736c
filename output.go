package framegear

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/framegear/framegear/muxer/sink"
)

// place is where an output goes and what its manifests are called.
type place struct {
	// store is where everything goes in the end; sink takes what the muxers make on its way there (see outlet).
	store, sink sink.Sink
	// parts takes the objects of low-latency parts: memory, because only an origin can serve them in time. Nil without.
	parts sink.Sink
	// objects is what can be read back, nil when nothing can.
	objects sink.Reader
	// dir is the folder in sink, nil when the output is elsewhere.
	dir *sink.Dir
	// manifests says whether manifests are wanted as objects. In memory of our own nobody reads them: the origin renders its own.
	manifests bool
	// name of the manifests without extension.
	name string
	// mpd and m3u8 are their extensions, as the output spells them.
	mpd, m3u8 string
	// at is what comes before an object's name to make its path or URL.
	at string
	// own is what the stream made and closes.
	own []io.Closer
	// fresh is a folder that was not there before; it goes again when nothing came into it.
	fresh string
}

// openOutput understands what [New] is given: "" (memory), a folder, a manifest's path or an http(s) URL of either.
func openOutput(output string, o *Options) (place, error) {
	dir, name, err := splitOutput(output, o)
	if err != nil {
		return place{}, err
	}
	p := place{store: o.Sink, name: name, mpd: ".mpd", m3u8: ".m3u8", manifests: o.Sink != nil || dir != ""}
	p.spell(output)
	if dir != "" {
		p.at = strings.TrimSuffix(dir, "/") + "/"
	}
	if p.store == nil {
		if _, missing := os.Stat(dir); dir != "" && !isURL(dir) && errors.Is(missing, fs.ErrNotExist) {
			p.fresh = dir
		}
		if p.store, err = openSink(dir, o); err != nil {
			return place{}, fmt.Errorf("framegear: output %s: %w", output, err)
		}
		if c, ok := p.store.(io.Closer); ok {
			p.own = append(p.own, c)
		}
	}
	if o.ClearPrevious {
		if err := p.clear(); err != nil {
			return place{}, errors.Join(fmt.Errorf("framegear: output %s: %w", output, err), p.close())
		}
	}
	p.dir, _ = p.store.(*sink.Dir)
	p.sink = p.store
	return p, nil
}

// readBack finds out where an origin reads from: memory, which low latency has whatever the place is, and what an earlier run left.
func (p *place) readBack() {
	stored, _ := p.store.(sink.Reader)
	memory, _ := p.parts.(sink.Reader)
	switch {
	case memory == nil:
		p.objects = stored
	case p.dir != nil:
		p.objects = both{memory, p.dir}
	default:
		p.objects = memory
	}
}

// openSink opens a folder or URL. The outlet tries again, so that uploads need not.
func openSink(dir string, o *Options) (sink.Sink, error) {
	switch {
	case dir == "":
		return sink.NewMemory(), nil
	case isURL(dir):
		var h sink.HTTPOptions
		if o.Outage == OutliveOutage {
			h.Attempts = 1
		}
		if o.Live {
			h.Timeout = uploadTime
		}
		return sink.NewHTTP(dir, h)
	}
	d, err := sink.NewDir(dir)
	if err != nil || !d.Shared() {
		return d, err
	}
	return nil, errors.Join(ErrInUse, d.Close())
}

// uploadTime is how long a server may take for an object of a live output.
const uploadTime = 10 * time.Second

// both reads what an earlier run left from the second place.
type both struct{ first, second sink.Reader }

// Open implements sink.Reader.
func (b both) Open(ctx context.Context, name string) (sink.Handle, error) {
	h, err := b.first.Open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return b.second.Open(ctx, name)
	}
	return h, err
}

func (p *place) close() error {
	var errs []error
	for _, c := range p.own {
		errs = append(errs, c.Close())
	}
	if p.fresh != "" {
		_ = os.Remove(p.fresh) // fails, as it should, for a folder with something in it
	}
	return errors.Join(errs...)
}

// splitOutput separates the folder from the manifests' name, which can be written once it returns.
func splitOutput(output string, o *Options) (dir, name string, err error) {
	if dir, name, err = cutOutput(output, o); err != nil {
		return "", "", err
	}
	if err := sink.CheckName(name + ".mpd"); err != nil || name == "" {
		return "", "", fmt.Errorf("%w: output %q, Name %q (want a file name before the extension that can be in a URL)", ErrOptions, output, o.Name)
	}
	if err := checkFileName(name); err != nil {
		return "", "", fmt.Errorf("%w: output %q: the name of its manifests %w", ErrOptions, output, err)
	}
	return dir, name, nil
}

// spell keeps the extension of an output as it was given: UP.MPD is not UP.mpd.
func (p *place) spell(output string) {
	if u, err := url.Parse(output); isURL(output) && err == nil {
		output = u.Path
	}
	ext := path.Ext(output)
	switch strings.ToLower(ext) {
	case p.mpd:
		p.mpd = ext
	case p.m3u8:
		p.m3u8 = ext
	}
}

// mpdName is what the MPD is called, hlsName the multivariant playlist.
func (p *place) mpdName() string { return p.name + p.mpd }
func (p *place) hlsName() string { return p.name + p.m3u8 }

func cutOutput(output string, o *Options) (dir, name string, err error) {
	name = o.Name
	switch {
	case name != "":
	case o.Live:
		name = "live"
	default:
		name = "stream"
	}
	if strings.ContainsAny(name, "/\\") || name == "." || name == ".." {
		return "", "", fmt.Errorf("%w: Name %q (want a file name without extension)", ErrOptions, o.Name)
	}
	if output == "" {
		return "", name, nil
	}
	base, folder := filepath.Base(output), filepath.Dir(output)
	if isURL(output) {
		u, err := url.Parse(output)
		if err != nil || u.Host == "" {
			return "", "", fmt.Errorf("%w: output %q is not a URL", ErrOptions, output)
		}
		base, u.Path = path.Base(u.Path), path.Dir(u.Path)
		folder = u.String()
	} else if i := strings.Index(output, "://"); i > 0 {
		return "", "", fmt.Errorf("%w: output scheme %q (want a folder, a .mpd or .m3u8 file, http:// or https://)", ErrOptions, output[:i])
	}
	switch ext := strings.ToLower(path.Ext(base)); ext {
	case ".mpd", ".m3u8":
		if err := checkExtension(ext, o.Format, output); err != nil {
			return "", "", err
		}
		return folder, strings.TrimSuffix(base, path.Ext(base)), nil
	}
	if err := checkFolder(output); err != nil {
		return "", "", err
	}
	return output, name, nil
}

func checkExtension(ext string, f Format, output string) error {
	if ext == ".mpd" && f == HLS || ext == ".m3u8" && f == DASH {
		return fmt.Errorf("%w: output %q has the extension of another format than %s (want %s)", ErrOptions, output, f, map[Format]string{DASH: ".mpd", HLS: ".m3u8"}[f])
	}
	return nil
}

// Manifests returns the paths or URLs of the MPD and the multivariant playlist, as far as the format has them.
func (s *Stream) Manifests() []string {
	var all []string
	for _, m := range []struct {
		name string
		none Format
	}{{s.place.mpdName(), HLS}, {s.place.hlsName(), DASH}} {
		if s.opt.Format != m.none {
			all = append(all, s.place.at+m.name)
		}
	}
	return all
}

func isURL(s string) bool { return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") }
