package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// viewer follows one rendition as a low-latency HLS player does: blocking reloads, and the newest part of each.
type viewer struct {
	base, track string

	msn  int64
	part int

	mu       sync.Mutex
	parts    int64
	problems int64
	closest  time.Duration // of the list's end to the clock since the last look
}

// listed is what a media playlist says of its end.
type listed struct {
	msn   int64
	parts []string // URIs of the open segment's parts
	end   time.Time
}

// watch follows until the context ends. A player would go on after a problem too, but each one is told.
func (v *viewer) watch(ctx context.Context) {
	for ctx.Err() == nil {
		err := v.reload(ctx)
		if err == nil || ctx.Err() != nil {
			continue
		}
		fmt.Printf("%s  the viewer: %v\n", time.Now().Format(time.TimeOnly), err)
		v.mu.Lock()
		v.problems++
		v.mu.Unlock()
		v.msn = 0
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}

// reload asks for the next part and loads the newest one.
func (v *viewer) reload(ctx context.Context) error {
	query := ""
	if v.msn > 0 {
		query = fmt.Sprintf("?_HLS_msn=%d&_HLS_part=%d", v.msn, v.part)
	}
	body, err := v.get(ctx, v.track+"/media.m3u8"+query)
	if err != nil {
		return err
	}
	l, err := parse8216(body)
	if err != nil {
		return err
	}
	if l.msn < v.msn || l.msn == v.msn && len(l.parts) <= v.part && v.msn > 0 {
		return fmt.Errorf("asked for part %d of segment %d, the list ends before it (%d parts of %d)", v.part, v.msn, len(l.parts), l.msn)
	}
	lag := time.Since(l.end)
	uri := l.parts[len(l.parts)-1]
	if b, err := v.get(ctx, v.track+"/"+uri); err != nil || b == "" {
		return fmt.Errorf("%s has %d bytes: %w", uri, len(b), err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closest == 0 || lag < v.closest {
		v.closest = lag
	}
	v.msn, v.part = l.msn, len(l.parts)
	v.parts++
	return nil
}

func (v *viewer) get(ctx context.Context, path string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+path, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, answer.Status, strings.TrimSpace(string(b)))
	}
	return string(b), err
}

// seen returns what was seen: parts and problems in all, and how close to the clock the list was at best since the last call.
func (v *viewer) seen() (parts, problems int64, closest time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	closest, v.closest = v.closest, 0
	return v.parts, v.problems, closest
}

// parse8216 reads the end of a media playlist.
func parse8216(body string) (l listed, err error) {
	for line := range strings.Lines(body) {
		tag, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case tag == "#EXT-X-MEDIA-SEQUENCE":
			l.msn, err = strconv.ParseInt(value, 10, 64)
		case tag == "#EXT-X-PROGRAM-DATE-TIME":
			l.end, err = time.Parse(time.RFC3339Nano, value)
			l.parts = nil
		case tag == "#EXT-X-PART":
			var seconds float64
			seconds, err = strconv.ParseFloat(attribute(value, "DURATION="), 64)
			l.end = l.end.Add(time.Duration(seconds * float64(time.Second)))
			l.parts = append(l.parts, strings.Trim(attribute(value, "URI="), `"`))
		case tag != "" && tag[0] != '#':
			l.msn++
		}
		if err != nil {
			return l, fmt.Errorf("line %q: %w", line, err)
		}
	}
	if len(l.parts) == 0 {
		return l, fmt.Errorf("no parts at the end of the playlist")
	}
	return l, nil
}

func attribute(list, name string) string {
	for a := range strings.SplitSeq(list, ",") {
		if value, ok := strings.CutPrefix(a, name); ok {
			return value
		}
	}
	return ""
}
