package origin

import (
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/manifest"
	"github.com/framegear/framegear/manifest/hls"
)

func TestTextsAreRenderedOncePerState(t *testing.T) {
	var c textCache
	var rendered atomic.Int64
	render := func() ([]byte, error) {
		rendered.Add(1)
		return []byte("text"), nil
	}
	states := []*manifest.Presentation{{}, {}}
	keys := []textKey{{name: "v0"}, {name: "v0", skip: hls.SkipYes}, {name: "v1"}, {name: "v1", carrying: "x"}}
	for round, p := range states {
		var clients sync.WaitGroup
		first := make([]*document, len(keys))
		for i, key := range keys {
			var err error
			first[i], err = c.get(p, key, mimePlaylist, render)
			require.NoError(t, err)
			for range 50 {
				clients.Go(func() {
					d, err := c.get(p, key, mimePlaylist, render)
					if d != first[i] || err != nil {
						t.Errorf("another document for %v: %v", key, err)
					}
				})
			}
		}
		clients.Wait()
		require.EqualValues(t, (round+1)*len(keys), rendered.Load())
	}
}

func TestEmptyTextMayComeLater(t *testing.T) {
	var c textCache
	_, err := c.get(&manifest.Presentation{}, textKey{}, mimeMPD, func() ([]byte, error) { return nil, manifest.ErrEmpty })
	require.ErrorIs(t, err, errTooLong)
	broken := errors.New("broken")
	_, err = c.get(&manifest.Presentation{}, textKey{}, mimeMPD, func() ([]byte, error) { return nil, broken })
	require.ErrorIs(t, err, broken)
}

func TestViewersAreBounded(t *testing.T) {
	var v viewers
	for i := range maxViewers + 100 {
		v.saw(viewerRequest(i), viewerNow)
	}
	require.Len(t, v.last, maxViewers)
	v.saw(viewerRequest(-1), viewerNow.Add(2*viewerMemory))
	require.Len(t, v.last, 1, "those from long ago make room")
}

var viewerNow = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)

func viewerRequest(i int) *http.Request {
	return &http.Request{RemoteAddr: "127.0.0.1:80", Header: http.Header{"User-Agent": {strconv.Itoa(i)}}}
}
