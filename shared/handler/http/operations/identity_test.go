package operations_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/user"
)

func TestRegisterThenLogInByEitherName(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	registered := s.call("POST", "/auth/register", map[string]string{"username": "Ann", "email": "Ann@Example.org", "password": password, "locale": "en"}).want(201, "")
	var body struct {
		User      struct{ ID, Username, Email, Locale string }
		ExpiresIn int `json:"expires_in"`
	}
	if err := json.Unmarshal(registered.body, &body); err != nil {
		t.Fatal(err)
	}
	if body.User.Username != "ann" || body.User.Email != "Ann@Example.org" || body.User.Locale != "en" || body.ExpiresIn != 900 {
		t.Fatalf("got %s", registered.body)
	}
	if got := s.me(registered.text("access_token")).want(200, "").text("id"); got != body.User.ID {
		t.Fatalf("me is %s", got)
	}
	for _, login := range []string{"ann", "ANN", " ann ", "ann@example.org", "ANN@EXAMPLE.ORG"} {
		s.me(s.logIn(login, password).want(200, "").text("access_token")).want(200, "")
	}
}

func TestAWrongLogInNeverTellsWhatWasWrong(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.register("ann")
	var answers []string
	for _, c := range [][2]string{
		{"ann", "wrong password"}, {"nobody", password}, {"ann@example.org", "wrong password"}, {"nobody@example.org", password},
		{"", password}, {"ann", ""}, {"ann", strings.Repeat("x", 5000)}, {"ann\x00", password}, {"ann' OR ''='", password},
	} {
		a := s.logIn(c[0], c[1]).want(401, "invalid_credentials")
		answers = append(answers, strings.Replace(string(a.body), a.text("request_id"), "", 1))
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("%s differs from %s", a, answers[0])
		}
	}
}

func TestEightWithOneNameAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var made atomic.Int32
	var wait sync.WaitGroup
	for n := range 8 {
		name := []string{"ann", "ANN", "Ann"}[n%3]
		wait.Go(func() {
			a := s.call("POST", "/auth/register", map[string]string{"username": name, "email": fmt.Sprintf("a%d@example.org", n), "password": password})
			switch a.status {
			case 201:
				made.Add(1)
			default:
				a.want(409, "already_exists")
			}
		})
	}
	wait.Wait()
	var users, sessions int
	if err := s.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM sessions)`).Scan(&users, &sessions); err != nil {
		t.Fatal(err)
	}
	if made.Load() != 1 || users != 1 || sessions != 1 {
		t.Fatalf("%d answers of 201, %d users, %d sessions", made.Load(), users, sessions)
	}
}

// docs/adr/0006: nothing that a registration or a log-in answers depends on who else claims the address.
func TestATakenEmailIsNeverTold(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.register("ann")
	second := s.call("POST", "/auth/register", map[string]string{"username": "eve", "email": "ANN@example.org", "password": "eve's own password"}).want(201, "")
	fresh := s.call("POST", "/auth/register", map[string]string{"username": "eva", "email": "eva@example.org", "password": "eva's own password"}).want(201, "")
	var a, b map[string]any
	if json.Unmarshal(second.body, &a) != nil || json.Unmarshal(fresh.body, &b) != nil || len(a) != len(b) {
		t.Fatalf("%s differs in shape from %s", second.body, fresh.body)
	}
	// Each password opens its own account, by name and by the address that both claim.
	for _, c := range [][3]string{
		{"ann@example.org", password, "ann"}, {"ann@example.org", "eve's own password", "eve"}, {"ann", password, "ann"}, {"eve", "eve's own password", "eve"},
	} {
		if got := s.me(s.logIn(c[0], c[1]).want(200, "").text("access_token")).text("username"); got != c[2] {
			t.Errorf("%s opened the account of %s, want %s", c[0], got, c[2])
		}
	}
	s.logIn("ann", "eve's own password").want(401, "invalid_credentials")
	// One hash answers for both: the time does not tell how many claim the address.
	var salts int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(DISTINCT split_part(password_hash, '$', 5)) FROM users WHERE lower(email) = 'ann@example.org'`).Scan(&salts); err != nil || salts != 1 {
		t.Fatalf("%d salts, %v", salts, err)
	}
}

func TestOnlyOneProvesAnEmail(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.register("ann")
	s.call("POST", "/auth/register", map[string]string{"username": "eve", "email": "ann@example.org", "password": password}).want(201, "")
	if _, err := s.pool.Exec(t.Context(), `UPDATE users SET email_verified_at = now() WHERE username = 'eve'`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.pool.Exec(t.Context(), `UPDATE users SET email_verified_at = now() WHERE username = 'ann'`); err == nil {
		t.Fatal("two proved one address")
	}
}

func TestWhatRegistrationRefuses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
	}{
		"nothing":        {map[string]string{}, 422, "validation_failed"},
		"a short name":   {map[string]string{"username": "ab", "email": "a@b.c", "password": password}, 422, "validation_failed"},
		"a short secret": {map[string]string{"username": "abc", "email": "a@b.c", "password": "short"}, 422, "validation_failed"},
		"a wish":         {map[string]any{"username": "abc", "email": "a@b.c", "password": password, "is_admin": true}, 400, "unknown_field"},
		"a number":       {map[string]any{"username": 5, "email": "a@b.c", "password": password}, 400, "malformed"},
		"too much":       {map[string]string{"username": strings.Repeat("a", 600_000)}, 413, "too_large"},
	} {
		t.Run(name, func(t *testing.T) { s.call("POST", "/auth/register", c.body).want(c.status, c.code) })
	}
	var users int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM users`).Scan(&users); err != nil || users != 0 {
		t.Fatalf("%d users, %v", users, err)
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.register("ann")
	const attacker, owner = "203.0.113.9, 10.0.0.1", "198.51.100.7, 10.0.0.1"
	tries := 0
	for ; tries < 100; tries++ {
		if a := s.logIn("ann", "guess number one", "X-Forwarded-For", attacker); a.status != 401 {
			if a.want(429, "rate_limited").header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			break
		}
	}
	if tries != 10 {
		t.Errorf("%d guesses before the limit, want 10", tries)
	}
	s.logIn("ann", password, "X-Forwarded-For", owner).want(200, "")
	s.logIn("bob", password, "X-Forwarded-For", attacker).want(401, "invalid_credentials")
	registered := 0
	for ; registered < 100; registered++ {
		if a := s.call("POST", "/auth/register", map[string]string{"username": fmt.Sprintf("bot%d", registered), "email": "b@b.b", "password": password}, "X-Forwarded-For", attacker); a.status != 201 {
			a.want(429, "rate_limited")
			break
		}
	}
	if registered != 60 {
		t.Errorf("%d accounts before the limit, want 60", registered)
	}
}

func TestLoggingOutEndsEverything(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann := s.register("ann")
	elsewhere := s.logIn("ann", password).want(200, "")
	access := ann.text("access_token")
	s.ticket(access).want(201, "")
	s.socket(access, "mine")
	s.socket(elsewhere.text("access_token"), "other")
	for range 2 {
		s.call("POST", "/auth/logout", map[string]string{"refresh_token": ann.text("refresh_token")}).want(204, "")
	}
	s.me(access).want(401, "unauthenticated")
	s.ticket(access).want(401, "unauthenticated")
	s.refresh(ann.text("refresh_token")).want(401, "unauthenticated")
	if s.hub.Open("mine") {
		t.Error("its socket is open")
	}
	if !s.hub.Open("other") {
		t.Error("the socket of another session was closed")
	}
	s.me(elsewhere.text("access_token")).want(200, "")
	s.ticket(elsewhere.text("access_token")).want(201, "")
	// An access token alone signs out too; nothing at all does not.
	s.call("POST", "/auth/logout", nil, "Authorization", "Bearer "+elsewhere.text("access_token")).want(204, "")
	s.me(elsewhere.text("access_token")).want(401, "unauthenticated")
	s.call("POST", "/auth/logout", nil).want(401, "unauthenticated")
	s.call("POST", "/auth/logout", map[string]string{"refresh_token": "invented"}).want(401, "unauthenticated")
}

// socket records an open socket of the token's session.
func (s *stage) socket(access, connectionID string) {
	s.t.Helper()
	var person, session string
	payload := strings.Split(access, ".")[1]
	claims := decodeClaims(s.t, payload)
	person, session = claims["sub"].(string), claims["sid"].(string)
	p, _ := id.Parse(person)
	n, _ := id.Parse(session)
	if err := (dynamodb.Connections{Table: s.table}).Put(s.t.Context(), realtime.Connection{ID: connectionID, UserID: p, SessionID: n, SeenAt: s.now()}); err != nil {
		s.t.Fatal(err)
	}
	s.hub.Listen(connectionID, func([]byte) {})
}

func TestCookiesKeepTheTokensFromScripts(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	page := []string{"X-Yoriai-CSRF", "1", "Origin", origin}
	ann := s.register("ann", page...)
	if ann.text("access_token") != "" || ann.text("refresh_token") != "" || ann.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the body tells: %s", ann.body)
	}
	wantCookies(t, ann.cookies, false)
	browser := func(a answer, more ...string) []string { return append([]string{"Cookie", a.cookieHeader()}, more...) }
	s.call("GET", "/me", nil, browser(ann)...).want(200, "")
	s.call("POST", "/realtime/tickets", nil, browser(ann)...).want(403, "forbidden")
	s.call("POST", "/realtime/tickets", nil, browser(ann, page...)...).want(201, "")
	// The refresh token in the cookie is worth nothing to another page.
	s.call("POST", "/auth/refresh", nil, browser(ann)...).want(401, "unauthenticated")
	s.call("POST", "/auth/refresh", nil, browser(ann, "X-Yoriai-CSRF", "1", "Origin", "https://evil.example")...).want(403, "forbidden")
	s.call("POST", "/auth/logout", nil, browser(ann)...).want(403, "forbidden")
	s.later(user.AccessLifetime)
	s.call("GET", "/me", nil, browser(ann)...).want(401, "token_expired")
	fresh := s.call("POST", "/auth/refresh", nil, browser(ann, page...)...).want(200, "")
	if fresh.text("access_token") != "" || fresh.text("refresh_token") != "" {
		t.Fatalf("the body tells: %s", fresh.body)
	}
	wantCookies(t, fresh.cookies, false)
	s.call("GET", "/me", nil, browser(fresh)...).want(200, "")
	out := s.call("POST", "/auth/logout", nil, browser(fresh, page...)...).want(204, "")
	for _, c := range out.cookies {
		if c.MaxAge >= 0 || c.Value != "" {
			t.Errorf("%s stays", c.Name)
		}
	}
	if len(out.cookies) != 2 {
		t.Errorf("%d cookies were cleared", len(out.cookies))
	}
	s.call("GET", "/me", nil, browser(fresh)...).want(401, "unauthenticated")
	// A browser gets rid of cookies that open nothing.
	if again := s.call("POST", "/auth/logout", nil, append([]string{"Cookie", "yoriai_refresh=old"}, page...)...).want(401, ""); len(again.cookies) != 2 {
		t.Error("dead cookies stay")
	}
	// Who can make a browser sign in as somebody else could read what is then written.
	s.logIn("ann", password, "X-Yoriai-CSRF", "1", "Origin", "https://evil.example").want(403, "forbidden")
}

func wantCookies(t *testing.T, cookies []*http.Cookie, secure bool) {
	t.Helper()
	names := map[string]bool{}
	for _, c := range cookies {
		names[c.Name] = true
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure != secure || c.Value == "" || c.MaxAge <= 0 || c.Domain != "" {
			t.Errorf("cookie %+v", c)
		}
	}
	if len(cookies) != 2 || !names["yoriai_session"] || !names["yoriai_refresh"] {
		t.Errorf("cookies %v", names)
	}
}
