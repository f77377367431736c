package origin

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
)

// tokenCheck demands a secret. The zero value lets everybody in.
type tokenCheck struct {
	sum *[sha256.Size]byte
	// query is what a URL carries the token with.
	query string
}

func newTokenCheck(token string) tokenCheck {
	if token == "" {
		return tokenCheck{}
	}
	sum := sha256.Sum256([]byte(token))
	return tokenCheck{&sum, "token=" + url.QueryEscape(token)}
}

func (c tokenCheck) needed() bool { return c.sum != nil }

// matches compares in constant time, whatever the lengths.
func (c tokenCheck) matches(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(sum[:], c.sum[:]) == 1
}

// cookie carries the token of a page to what it loads: scripts and styles have no header and no query of their own. Its value is a digest, because
// a token may hold letters that a cookie may not; its name differs for each token, because browsers do not tell ports apart
// (RFC 6265 section 8.5). Without a path it is for the folder of the page, wherever that is mounted (section 5.1.4).
func (c tokenCheck) cookie(r *http.Request) *http.Cookie {
	of := sha256.Sum256(c.sum[:])
	return &http.Cookie{
		Name: "framegear_" + hex.EncodeToString(of[:4]), Value: hex.EncodeToString(c.sum[:]),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	}
}

// inQuery reports whether the request carries the token in its URL.
func (c tokenCheck) inQuery(r *http.Request) bool {
	if !c.needed() {
		return false
	}
	given := r.URL.Query().Get("token")
	return given != "" && c.matches(given)
}

// given reports whether the request carries the token, in any of the three ways.
func (c tokenCheck) given(r *http.Request) bool {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && c.matches(strings.TrimSpace(bearer)) || c.inQuery(r) {
		return true
	}
	want := c.cookie(r)
	for _, cookie := range r.CookiesNamed(want.Name) {
		if subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(want.Value)) == 1 {
			return true
		}
	}
	return false
}

// check lets a request in that carries the token.
func (c tokenCheck) check(w *writer, r *http.Request) error {
	if !c.needed() || c.given(r) {
		return nil
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="framegear"`)
	return failure(http.StatusUnauthorized, "a token is needed: as a bearer token, or as ?token=… in the URL of the page or of a manifest")
}
