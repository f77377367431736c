package origin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/framegear/framegear/internal/origin"
)

const secret = `s3cr"t$; &`

func guarded(t *testing.T) (*output, *origin.Origin) {
	out := liveOutput(t)
	return out, newOrigin(t, out, func(o *origin.Options) { o.Token = secret })
}

func TestToken(t *testing.T) {
	_, h := guarded(t)
	for _, path := range []string{"/", "/live.mpd", "/v0/live.m3u8", "/v0/3.m4s", "/time", "/metrics", "/player/main.js", "/nothing"} {
		refused := get(h, path)
		require.Equal(t, http.StatusUnauthorized, refused.Code, path)
		require.Contains(t, refused.Header().Get("WWW-Authenticate"), "Bearer")
		require.Equal(t, http.StatusUnauthorized, get(h, path, "Authorization", "Bearer wrong").Code)
		require.Equal(t, http.StatusUnauthorized, get(h, path, "Authorization", `Basic `+secret).Code)
		require.Equal(t, http.StatusUnauthorized, get(h, path, "Cookie", "framegear_token=wrong").Code)
		require.Equal(t, http.StatusUnauthorized, get(h, path+"?token=wrong").Code)
		require.NotEqual(t, http.StatusUnauthorized, get(h, path, "Authorization", `bearer `+secret).Code)
	}
}

// The page's own requests carry a cookie; nothing else sets one.
func TestTokenCookie(t *testing.T) {
	_, h := guarded(t)
	query := "?token=" + url.QueryEscape(secret)
	page := get(h, "/"+query)
	require.Equal(t, http.StatusOK, page.Code)
	cookies := page.Result().Cookies()
	require.Len(t, cookies, 1)
	require.True(t, cookies[0].HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookies[0].SameSite)
	require.Empty(t, cookies[0].Path, "the folder of the page, wherever it is mounted")
	require.NotContains(t, cookies[0].String(), secret)
	require.Equal(t, http.StatusOK, get(h, "/v0/3.m4s", "Cookie", cookies[0].String()).Code, "as a video element asks")
	stale := cookies[0].Name + "=of-another-folder; "
	require.Equal(t, http.StatusOK, get(h, "/v0/3.m4s", "Cookie", stale+cookies[0].String()).Code)
	require.Empty(t, get(h, "/v0/3.m4s"+query).Result().Cookies())
	other := newOrigin(t, liveOutput(t), func(o *origin.Options) { o.Token = "another" })
	require.NotEqual(t, cookies[0].Name, get(other, "/?token=another").Result().Cookies()[0].Name, "two ports of a host do not take each other's")
}

// A player that knows nothing but a manifest's URL with the token in it reaches everything that the manifest leads to.
func TestPlayersReachEverythingWithTheTokenInTheURL(t *testing.T) {
	out, h := guarded(t)
	seen := map[string]bool{}
	var follow func(target string)
	follow = func(target string) {
		if seen[target] || strings.Contains(target, "/4.2.m4s") { // the hinted part does not exist yet
			return
		}
		seen[target] = true
		answer := get(h, target)
		require.Equal(t, http.StatusOK, answer.Code, target)
		base, err := url.Parse(target)
		require.NoError(t, err)
		for _, ref := range references(answer.Header().Get("Content-Type"), answer.Body.String()) {
			u, err := base.Parse(ref)
			require.NoError(t, err, ref)
			follow(u.String())
		}
	}
	query := "?token=" + url.QueryEscape(secret)
	follow("/live.m3u8" + query)
	follow("/live.mpd" + query)
	for _, path := range []string{"/v0/live.m3u8", "/v1/live.m3u8", "/a0/live.m3u8", "/v0/init.mp4", "/v0/3.m4s", "/v0/3.4.m4s", "/v0/4.1.m4s", "/time"} {
		require.True(t, seen[path+query], "%s in %v", path, seen)
	}
	require.Contains(t, get(h, "/v0/live.m3u8"+query).Body.String(), `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="4.2.m4s`+query+`"`)
	require.Contains(t, get(h, "/v0/live.m3u8"+query+"&_HLS_msn=4&_HLS_part=1").Body.String(), `#EXT-X-RENDITION-REPORT:URI="../v1/live.m3u8`+query+`"`)
	require.NotContains(t, get(h, "/live.m3u8", "Authorization", "Bearer "+secret).Body.String(), "token", "who has a header needs no more")
	out.end()
	require.Contains(t, get(h, "/live.mpd"+query).Body.String(), "init.mp4"+query)
}

var (
	uriAttribute = regexp.MustCompile(`[:,]URI="([^"]+)"`)
	mpdURL       = regexp.MustCompile(`(?:media|initialization|time:2014" value|xsdate:2014" value)="([^"]+)"`)
)

// references are the URIs in a manifest, with the templates of an MPD filled in for a segment that is complete.
func references(mime, text string) (uris []string) {
	switch mime {
	case "application/vnd.apple.mpegurl":
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				uris = append(uris, line)
			}
			if m := uriAttribute.FindStringSubmatch(line); m != nil {
				uris = append(uris, m[1])
			}
		}
	case "application/dash+xml":
		for _, m := range mpdURL.FindAllStringSubmatch(text, -1) {
			uris = append(uris, strings.ReplaceAll(m[1], "$Number$", "3"))
		}
	}
	return uris
}
