package framegear

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/framegear/framegear/muxer/sink"
)

// place is where an output goes and what its manifests are called.
type place struct {
	sink sink.Sink
	// name of the manifests without extension.
	name string
	// at is what comes before an object's name to make its path or URL.
	at string
	// owned is set when the stream made the sink.
	owned bool
}

// openOutput understands what [New] is given: "" (memory), a folder, a manifest's path or an http(s) URL of either.
func openOutput(output string, o *Options) (place, error) {
	dir, name, err := splitOutput(output, o)
	if err != nil {
		return place{}, err
	}
	p := place{sink: o.Sink, name: name}
	if dir != "" {
		p.at = strings.TrimSuffix(dir, "/") + "/"
	}
	if p.sink != nil {
		return p, nil
	}
	p.owned = true
	switch {
	case output == "":
		p.sink = sink.NewMemory()
	case isURL(dir):
		p.sink, err = sink.NewHTTP(dir, sink.HTTPOptions{})
	default:
		p.sink, err = sink.NewDir(dir)
	}
	if err != nil {
		return place{}, fmt.Errorf("framegear: output %s: %w", output, err)
	}
	return p, nil
}

// splitOutput separates the folder from the manifests' name.
func splitOutput(output string, o *Options) (dir, name string, err error) {
	name = o.Name
	if name == "" {
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
	return output, name, nil
}

func checkExtension(ext string, f Format, output string) error {
	if ext == ".mpd" && f == HLS || ext == ".m3u8" && f == DASH {
		return fmt.Errorf("%w: output %q has the extension of another format than %s", ErrOptions, output, f)
	}
	return nil
}

// Manifests returns the paths or URLs of the MPD and the multivariant playlist, as far as the format has them.
func (s *Stream) Manifests() []string {
	var all []string
	for _, m := range []struct {
		ext  string
		none Format
	}{{".mpd", HLS}, {".m3u8", DASH}} {
		if s.opt.Format != m.none {
			all = append(all, s.place.at+s.place.name+m.ext)
		}
	}
	return all
}

func isURL(s string) bool { return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") }
