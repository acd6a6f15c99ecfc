package http

import (
	"net/http"
	"strings"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Cookies keeps a web session where no script can read it.
type Cookies struct {
	// PublicOrigin is the stage's own; over https cookies are Secure.
	PublicOrigin string
}

// Asked says whether the caller wants the tokens in cookies: it sends the CSRF header. Returns forbidden if it is not a page
// of this stage, since who can set a browser's cookies can sign its owner in as somebody else.
func (c Cookies) Asked(r *Request) (bool, error) {
	if r.Request().Header.Get(CSRFHeader) == "" {
		return false, nil
	}
	return true, provenPage(r.Request(), c.PublicOrigin)
}

// Set gives both tokens. The session cookie lives as long as the refresh token: an expired access token in it is what tells
// the client to refresh.
func (c Cookies) Set(r *Request, access, refresh string) {
	c.write(r, SessionCookie, access, user.RefreshLifetime)
	c.write(r, RefreshCookie, refresh, user.RefreshLifetime)
}

// Clear takes both away.
func (c Cookies) Clear(r *Request) {
	c.write(r, SessionCookie, "", -time.Second)
	c.write(r, RefreshCookie, "", -time.Second)
}

func (c Cookies) write(r *Request, name, value string, lifetime time.Duration) {
	r.SetCookie(&http.Cookie{ //nolint:gosec // Secure wherever the origin is: only the local stage has none
		Name: name, Value: value, Path: "/", MaxAge: int(lifetime / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(c.PublicOrigin, "https://"),
	})
}

// RefreshToken is the refresh cookie's value, empty if there is none.
func (c Cookies) RefreshToken(r *Request) string {
	cookie, err := r.Cookie(RefreshCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// AccessToken is the caller's access token on an open operation, empty if there is none: a Bearer, or a proven page's cookie.
func (c Cookies) AccessToken(r *Request, proven bool) (string, error) {
	token, cookie, err := accessToken(r.Request())
	switch {
	case cookie && !proven:
		return "", fault.New(fault.Forbidden, "A session cookie needs the "+CSRFHeader+" header and this site's Origin.")
	case err != nil && r.Request().Header.Get("Authorization") != "":
		return "", err
	case err != nil:
		return "", nil
	}
	return token, nil
}

// Time is how the API writes a moment: RFC 3339 in UTC with milliseconds.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
