package http

import (
	"context"
	"net/http"
	"strings"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Names that clients, the front door and the functions share.
const (
	SessionCookie      = "yoriai_session"
	RefreshCookie      = "yoriai_refresh"
	CSRFHeader         = "X-Yoriai-CSRF"
	OriginSecretHeader = "X-Yoriai-Origin-Secret"
	// ViewerHeader is whom a request is for: it is believed with the origin secret only.
	ViewerHeader = "X-Yoriai-Viewer"
)

// Denials knows sessions that ended before their access tokens did.
type Denials interface {
	Denied(ctx context.Context, session id.ID) (bool, error)
}

// Sessions knows whether a session stands.
type Sessions interface {
	Alive(ctx context.Context, user, session id.ID) (bool, error)
}

// Auth proves who calls: a Bearer token, or the session cookie with the proof that this stage's own page sent it.
type Auth struct {
	verifier user.Verifier
	ended    func(ctx context.Context, c user.Caller) (bool, error)
}

// ByDenials is for functions without Postgres: they ask for denied sessions.
func ByDenials(v user.Verifier, d Denials) *Auth {
	return &Auth{verifier: v, ended: func(ctx context.Context, c user.Caller) (bool, error) { return d.Denied(ctx, c.SessionID) }}
}

// BySession is for functions with Postgres: they ask the session's row.
func BySession(v user.Verifier, s Sessions) *Auth {
	return &Auth{verifier: v, ended: func(ctx context.Context, c user.Caller) (bool, error) {
		alive, err := s.Alive(ctx, c.UserID, c.SessionID)
		return !alive, err
	}}
}

// caller returns unauthenticated or token_expired, then forbidden for a cookie without its proof.
func (a *Auth) caller(r *http.Request, publicOrigin string) (user.Caller, error) {
	token, cookie, err := accessToken(r)
	if err != nil {
		return user.Caller{}, err
	}
	caller, err := a.verifier.Verify(r.Context(), token)
	if err != nil {
		return user.Caller{}, err
	}
	ended, err := a.ended(r.Context(), caller)
	if err != nil {
		return user.Caller{}, err
	}
	if ended {
		return user.Caller{}, fault.New(fault.Unauthenticated, "This session has ended. Sign in again.")
	}
	if cookie && unsafe(r.Method) {
		if err := provenPage(r, publicOrigin); err != nil {
			return user.Caller{}, err
		}
	}
	return caller, nil
}

// accessToken takes the Authorization header before the cookie.
func accessToken(r *http.Request) (token string, cookie bool, err error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, ok := strings.Cut(header, " ")
		if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
			return "", false, fault.New(fault.Unauthenticated, "Send Authorization: Bearer and a token.")
		}
		return strings.TrimSpace(token), false, nil
	}
	if c, err := r.Cookie(SessionCookie); err == nil && c.Value != "" {
		return c.Value, true, nil
	}
	return "", false, fault.New(fault.Unauthenticated, "Sign in first.")
}

// provenPage proves that the request comes from this stage's own page. Returns forbidden.
func provenPage(r *http.Request, publicOrigin string) error {
	if r.Header.Get(CSRFHeader) == "" || !strings.EqualFold(r.Header.Get("Origin"), publicOrigin) {
		return fault.New(fault.Forbidden, "A session cookie needs the "+CSRFHeader+" header and this site's Origin.")
	}
	return nil
}

func unsafe(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}
