package origin

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// CachePolicy says who may keep answers.
type CachePolicy uint8

// The policies.
const (
	// CacheAuto lets everybody keep media and manifests for as long as they are good, but what a token guards, or what was asked for
	// with credentials (Authorization, Cookie), for that viewer alone.
	CacheAuto CachePolicy = iota
	// CachePublic lets shared caches keep also what was asked for with credentials (RFC 9111 section 3.5).
	CachePublic
	// CachePrivate lets browsers keep answers, and nobody between.
	CachePrivate
	// CacheNone lets nobody keep anything.
	CacheNone
)

// setMaxAge says who may keep an answer, and for how long.
func (o *Origin) setMaxAge(h http.Header, r *http.Request, seconds int64) {
	age := "max-age=" + strconv.FormatInt(seconds, 10)
	if seconds == 0 {
		age = "no-cache"
	}
	switch {
	case o.opt.Cache == CacheNone:
		age = "no-store"
	case o.opt.Cache == CachePrivate || o.opt.Cache == CacheAuto && (o.token.needed() || hasCredentials(r)):
		age = "private, " + age
	case o.opt.Cache == CachePublic:
		age = "public, " + age
	}
	h.Set("Cache-Control", age)
}

func hasCredentials(r *http.Request) bool {
	return r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != ""
}

// allowedOrigin is Access-Control-Allow-Origin, empty when pages elsewhere may not read the answer, and whether that depends on which page asks.
//
// Unless AllowOrigins says something else every page may: who can reach the server can play. But what is asked for by a name of the
// machine itself was not meant for everybody, so there pages from elsewhere, which run on this machine too, may not, unless they know the token.
func (o *Origin) allowedOrigin(r *http.Request) (allowed string, varies bool) {
	from := r.Header.Get("Origin")
	switch {
	case o.opt.AllowOrigins == nil:
		if o.token.needed() || !isLoopback(hostname(r.Host)) {
			return "*", false
		}
		if u, err := url.Parse(from); from != "" && (err != nil || !isLoopback(u.Hostname())) {
			return "", true
		}
		return "*", true
	case slices.Contains(o.opt.AllowOrigins, "*"):
		return "*", false
	case from != "" && slices.ContainsFunc(o.opt.AllowOrigins, func(own string) bool { return strings.EqualFold(own, from) }):
		return from, true
	}
	return "", len(o.opt.AllowOrigins) > 0
}

// isWebOrigin reports whether a text is what browsers send as Origin (RFC 6454 section 6.1), or the asterisk.
func isWebOrigin(s string) bool {
	u, err := url.Parse(s)
	return s == "*" || err == nil && u.Scheme != "" && u.Host != "" && s == u.Scheme+"://"+u.Host
}
