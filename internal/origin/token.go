package origin

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
)

// tokenCookie carries the token of a page to the requests of its players.
const tokenCookie = "framegear_token"

// tokenCheck demands a secret. The zero value lets everybody in.
type tokenCheck struct {
	sum *[sha256.Size]byte
}

func newTokenCheck(token string) tokenCheck {
	if token == "" {
		return tokenCheck{}
	}
	sum := sha256.Sum256([]byte(token))
	return tokenCheck{&sum}
}

func (c tokenCheck) needed() bool { return c.sum != nil }

// matches compares in constant time, whatever the lengths.
func (c tokenCheck) matches(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(sum[:], c.sum[:]) == 1
}

// cookie is the value of the cookie: a digest, because a token may hold letters that a cookie may not.
func (c tokenCheck) cookie() string { return hex.EncodeToString(c.sum[:]) }

func (c tokenCheck) isCookie(value string) bool {
	return subtle.ConstantTimeCompare([]byte(value), []byte(c.cookie())) == 1
}

// check lets a request in that carries the token. One that carries it in its URL gets a cookie, because neither a video
// element nor a link can send a header.
func (c tokenCheck) check(w *writer, r *http.Request) error {
	if !c.needed() {
		return nil
	}
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && c.matches(strings.TrimSpace(bearer)) {
		return nil
	}
	if query := r.URL.Query().Get("token"); query != "" && c.matches(query) {
		http.SetCookie(w, &http.Cookie{
			Name: tokenCookie, Value: c.cookie(), HttpOnly: true,
			SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
		})
		return nil
	}
	if cookie, err := r.Cookie(tokenCookie); err == nil && c.isCookie(cookie.Value) {
		return nil
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="framegear"`)
	return failure(http.StatusUnauthorized, "a token is needed: as a bearer token, or as ?token=… on the page")
}
