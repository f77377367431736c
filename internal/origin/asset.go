package origin

import (
	"embed"
	"io/fs"
	"path"
	"sync"

	"github.com/framegear/framegear/muxer/sink"
)

// pageFiles holds the player page. Its vendor folder has the players when scripts/players.sh fetched them before the build,
// and a README in any case, without which go:embed would refuse the pattern.
//
//go:embed page/*.html page/*.css page/*.js page/*.svg page/vendor
var pageFiles embed.FS

// vendorPrefix is the folder of the players, which Options.Players may stand for.
const vendorPrefix = "vendor/"

// The players that the page can load, as scripts/players.sh names them.
const (
	hlsPlayer  = vendorPrefix + "hls.min.js"
	dashPlayer = vendorPrefix + "dash.all.min.js"
)

// assets keeps files as documents, each made by the first who asks.
type assets struct {
	files fs.FS
	kept  sync.Map // string -> func() (*document, error)
}

// pageAssets are the page's own, for all origins of the process.
var pageAssets = &assets{files: subFolder(pageFiles, "page")}

func subFolder(files fs.FS, name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the name is ours
	}
	return sub
}

// has reports whether there is a file of that name. Without it any made-up name would stay in the cache.
func (a *assets) has(name string) bool {
	if sink.CheckName(name) != nil {
		return false
	}
	info, err := fs.Stat(a.files, name)
	return err == nil && !info.IsDir()
}

func (a *assets) document(name string) (*document, error) {
	load := sync.OnceValues(func() (*document, error) {
		b, err := fs.ReadFile(a.files, name)
		if err != nil {
			return nil, err
		}
		return newDocument(b, sink.ContentType(name)), nil
	})
	kept, _ := a.kept.LoadOrStore(name, load)
	return kept.(func() (*document, error))()
}

// asset finds a file of the page: the players are the program's where it has given some.
func (o *Origin) asset(name string) (a *assets, file string, ok bool) {
	a, file = pageAssets, name
	if dir, base := path.Split(name); dir == vendorPrefix && o.players != nil {
		a, file = o.players, base
	}
	return a, file, a.has(file)
}

// hasPlayer reports whether the page can load a player.
func (o *Origin) hasPlayer(name string) bool {
	_, _, ok := o.asset(name)
	return ok
}
