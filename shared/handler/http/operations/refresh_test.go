package operations_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/user"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
)

func decodeClaims(t *testing.T, payload string) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestASessionGoesOnByItsNewestToken(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	current := s.register("ann")
	for range 5 {
		s.later(14 * time.Minute)
		s.me(current.text("access_token")).want(200, "")
		s.later(time.Minute)
		s.me(current.text("access_token")).want(401, "token_expired")
		next := s.refresh(current.text("refresh_token")).want(200, "")
		if next.text("refresh_token") == current.text("refresh_token") {
			t.Fatal("the token did not rotate")
		}
		current = next
	}
	s.me(current.text("access_token")).want(200, "")
	s.later(user.RefreshLifetime)
	s.refresh(current.text("refresh_token")).want(401, "unauthenticated")
}

func TestEightTabsWithOneTokenAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.register("ann").text("refresh_token")
	s.later(user.AccessLifetime)
	answers := make([]answer, 8)
	var wait sync.WaitGroup
	for n := range answers {
		wait.Go(func() { answers[n] = s.refresh(first) })
	}
	wait.Wait()
	for _, a := range answers {
		s.me(a.want(200, "").text("access_token")).want(200, "")
	}
	s.later(user.AccessLifetime)
	s.refresh(answers[3].text("refresh_token")).want(200, "")
}

func TestALostAnswerLogsNobodyOut(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.register("ann").text("refresh_token")
	lost := s.refresh(first).want(200, "")
	s.later(3 * 24 * time.Hour)
	found := s.refresh(first).want(200, "")
	s.me(found.text("access_token")).want(200, "")
	// The one that never arrived was revoked; if it shows up after all, two people hold the chain.
	s.later(time.Minute)
	s.refresh(lost.text("refresh_token")).want(401, "unauthenticated")
	s.me(found.text("access_token")).want(401, "unauthenticated")
}

func TestAReusedTokenEndsTheSessionEverywhere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.register("ann")
	elsewhere := s.logIn("ann", password).want(200, "")
	second := s.refresh(first.text("refresh_token")).want(200, "")
	third := s.refresh(second.text("refresh_token")).want(200, "")
	s.socket(third.text("access_token"), "socket")
	s.later(user.ReuseGrace + time.Second)
	s.refresh(first.text("refresh_token")).want(401, "unauthenticated")
	// Access tokens end with it, with and without Postgres, and so do sockets and every token of the family.
	s.me(third.text("access_token")).want(401, "unauthenticated")
	s.ticket(third.text("access_token")).want(401, "unauthenticated")
	s.refresh(third.text("refresh_token")).want(401, "unauthenticated")
	s.refresh(second.text("refresh_token")).want(401, "unauthenticated")
	if s.hub.Open("socket") {
		t.Error("its socket is open")
	}
	s.me(elsewhere.text("access_token")).want(200, "")
	s.refresh(elsewhere.text("refresh_token")).want(200, "")
}

// The family is revoked in one store and denied in another: if the second fails, the token that betrayed it does it again.
func TestAReusedTokenIsDeniedWhenTheCloudIsBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.register("ann")
	second := s.refresh(first.text("refresh_token")).want(200, "")
	third := s.refresh(second.text("refresh_token")).want(200, "")
	s.socket(third.text("access_token"), "socket")
	s.later(user.ReuseGrace + time.Second)
	s.denialsAway.Store(true)
	s.refresh(first.text("refresh_token")).want(503, "unavailable")
	s.ticket(third.text("access_token")).want(201, "") // not yet
	s.denialsAway.Store(false)
	s.refresh(first.text("refresh_token")).want(401, "unauthenticated")
	s.ticket(third.text("access_token")).want(401, "unauthenticated")
	if s.hub.Open("socket") {
		t.Error("its socket is open")
	}
}

func TestALogOutIsDoneAgainWhenTheCloudIsBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.register("ann")
	logOut := func() answer {
		return s.call("POST", "/auth/logout", map[string]string{"refresh_token": ann.text("refresh_token")})
	}
	s.denialsAway.Store(true)
	logOut().want(503, "unavailable")
	s.refresh(ann.text("refresh_token")).want(503, "unavailable")
	s.denialsAway.Store(false)
	logOut().want(204, "")
	s.ticket(ann.text("access_token")).want(401, "unauthenticated")
	s.me(ann.text("access_token")).want(401, "unauthenticated")
}

func TestTokensThatOpenNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.register("ann")
	for _, token := range []string{"", "x", "' OR ''='", string(make([]byte, 1000))} {
		s.refresh(token).want(401, "unauthenticated")
	}
	s.call("POST", "/auth/refresh", nil).want(401, "unauthenticated")
	s.call("POST", "/auth/refresh", map[string]any{"refresh_token": nil}).want(400, "malformed")
}

func TestADeletedAccountIsGone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.register("ann")
	if _, err := s.pool.Exec(t.Context(), `UPDATE users SET deleted_at = now()`); err != nil {
		t.Fatal(err)
	}
	s.me(ann.text("access_token")).want(401, "unauthenticated")
	s.refresh(ann.text("refresh_token")).want(401, "unauthenticated")
	s.logIn("ann", password).want(401, "invalid_credentials")
}

func TestNoSecretIsStored(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.register("ann")
	var found int
	if err := s.pool.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM users WHERE users::text LIKE '%' || $1 || '%')
		     + (SELECT count(*) FROM refresh_tokens WHERE refresh_tokens::text LIKE '%' || $2 || '%' OR encode(hash, 'escape') LIKE '%' || $2 || '%')`,
		password, ann.text("refresh_token")).Scan(&found); err != nil || found != 0 {
		t.Fatalf("%d rows hold a secret, %v", found, err)
	}
}

func TestOffLocalCookiesAreSecure(t *testing.T) {
	t.Parallel()
	for publicOrigin, secure := range map[string]bool{"https://yoriai.example": true, "http://localhost:8080": false} {
		s := httpapi.New(httpapi.Config{PublicOrigin: publicOrigin})
		cookies := httpapi.Cookies{PublicOrigin: publicOrigin}
		s.Handle("POST", "/x", true, func(r *httpapi.Request) error {
			cookies.Set(r, "access", "refresh")
			return r.NoContent(http.StatusNoContent)
		})
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("POST", "/x", nil))
		wantCookies(t, w.Result().Cookies(), secure)
	}
}
