package origin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/framegear/framegear/internal/media"
	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/muxer/sink"
)

// pagePrefix is the folder of everything that the page loads.
const pagePrefix = "player/"

// pagePolicy lets the page load nothing from elsewhere but media, which a BaseURL may have moved. Players need workers and
// media sources made from blobs.
const pagePolicy = "default-src 'self'; connect-src *; media-src * blob:; img-src 'self' data: blob:; worker-src 'self' blob:; " +
	"frame-ancestors 'self'; base-uri 'none'; form-action 'none'"

// servePage answers with the page and what it loads.
func (o *Origin) servePage(w *writer, r *http.Request, name string) error {
	if !o.opt.Page {
		return errNotFound
	}
	file := strings.TrimPrefix(name, pagePrefix)
	switch {
	case name == "":
		file = "index.html"
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		if o.token.inQuery(r) {
			http.SetCookie(w, o.token.cookie(r))
		}
	case file == "config.json":
		return o.servePageConfig(w, r)
	}
	from, file, ok := o.asset(file)
	if !ok {
		return errNotFound
	}
	d, err := from.document(file)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache") // checked by its ETag: the next build may have another page
	d.serve(w, r)
	return nil
}

// pageConfig tells the page what there is to play. Times are in seconds, but Start is in milliseconds since 1970.
type pageConfig struct {
	State         string          `json:"state"` // "starting", "live", "recording", "ended"
	Title         string          `json:"title,omitempty"`
	Stream        string          `json:"stream,omitempty"`  // of several, the one that follows
	Streams       []string        `json:"streams,omitempty"` // what else there is, by name
	HLS           string          `json:"hls,omitempty"`
	DASH          string          `json:"dash,omitempty"`
	Players       map[string]bool `json:"players"`
	LowLatency    bool            `json:"lowLatency"`
	Sound         bool            `json:"sound"`
	Segment       float64         `json:"segment"`
	Part          float64         `json:"part"`
	TargetLatency float64         `json:"targetLatency"`
	Start         int64           `json:"start,omitempty"`
}

func (o *Origin) servePageConfig(w *writer, r *http.Request) error {
	var c pageConfig
	if o.folder != nil {
		c = o.emptyConfig()
		o.folder.config(r.URL.Query().Get(streamParam), &c)
	} else {
		p, _ := o.opt.Source.Snapshot()
		c = o.pageConfig(p)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	newDocument(body, sink.ContentType("config.json")).serve(w, r)
	return nil
}

// emptyConfig is what the page knows before there is anything.
func (o *Origin) emptyConfig() pageConfig {
	players := map[string]bool{"hls.js": o.hasPlayer(hlsPlayer), "dash.js": o.hasPlayer(dashPlayer)}
	return pageConfig{State: "starting", Title: o.opt.Title, Players: players}
}

func (o *Origin) pageConfig(p *manifest.Presentation) pageConfig {
	c := o.emptyConfig()
	if !o.opt.NoHLS {
		c.HLS = o.opt.HLSName
	}
	if !o.opt.NoDASH {
		c.DASH = o.opt.MPDName
	}
	if p == nil {
		return c
	}
	if allStarted(p) {
		c.State = stateNames[p.State]
	}
	c.LowLatency = p.LowLatency()
	c.Sound = slices.ContainsFunc(p.Tracks, func(t manifest.Track) bool { return t.Params.Kind == media.KindAudio || t.MuxedAudio != nil })
	c.Segment = p.SegmentDuration.Seconds()
	c.Part = p.PartDuration.Seconds()
	c.TargetLatency = p.TargetLatency.Seconds()
	if !p.Start.IsZero() {
		c.Start = p.Start.UnixMilli()
	}
	return c
}

var stateNames = map[manifest.State]string{
	manifest.StateRecording: "recording", manifest.StateLive: "live", manifest.StateEnded: "ended",
}
