package origin

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// document is a text with everything that its answers need. It is made once and shared by all who ask.
type document struct {
	body    []byte
	tag     string // without quotes
	mime    string
	gzipped func() []byte
}

func newDocument(body []byte, mime string) *document {
	sum := sha256.Sum256(body)
	return &document{
		body: body,
		tag:  hex.EncodeToString(sum[:8]),
		mime: mime,
		gzipped: sync.OnceValue(func() []byte {
			var b bytes.Buffer
			// The encoders share this machine: speed before the last per cent of size.
			z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level is valid
			_, _ = z.Write(body)                            // a bytes.Buffer takes everything
			_ = z.Close()
			return b.Bytes()
		}),
	}
}

// serve answers with the document, compressed for those who take it. The two forms have tags of their own, because a
// strong tag names bytes (RFC 9110 section 8.8.3).
func (d *document) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", d.mime)
	h.Add("Vary", "Accept-Encoding")
	body, tag := d.body, d.tag
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body, tag = d.gzipped(), d.tag+"-gz"
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110 section 12.5.3).
func acceptsGzip(header string) bool {
	for entry := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(entry, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding != "gzip" && coding != "x-gzip" && coding != "*" {
			continue
		}
		weight, given := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !given || (err == nil && q > 0)
	}
	return false
}
