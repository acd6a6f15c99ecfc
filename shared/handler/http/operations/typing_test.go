package operations_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func (s *stage) registerAs(username, email, password string) answer {
	s.t.Helper()
	return s.call("POST", "/auth/register", map[string]string{"username": username, "email": email, "password": password})
}

// A Mac writes が as two characters, Windows as one.
func TestAPasswordIsTheSameOnEveryKeyboard(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const composed = "がぎぐげご12345"
	apart := norm.NFD.String(composed)
	if apart == composed {
		t.Fatal("nothing to tell apart")
	}
	s.registerAs("mac", "mac@example.org", apart).want(201, "")
	s.registerAs("win", "win@example.org", composed).want(201, "")
	for _, name := range []string{"mac", "win"} {
		s.logIn(name, composed).want(200, "")
		s.logIn(name, apart).want(200, "")
	}
	// Its length is counted as people count it.
	s.registerAs("short", "s@example.org", norm.NFD.String("がぎぐげご1234")).want(422, "validation_failed")
	long := strings.Repeat("が", 128)
	s.registerAs("long", "l@example.org", norm.NFD.String(long)).want(201, "")
	s.logIn("long", long).want(200, "")
}

func TestANameIsTheSameHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.registerAs("Bob ", "\u3000Bob@Example.org ", password).want(201, "")
	for _, login := range []string{"bob", " BOB\t", "ｂｏｂ", "bob@example.org", "\u3000ｂｏｂ＠ｅｘａｍｐｌｅ．ｏｒｇ"} {
		s.logIn(login, password).want(200, "")
	}
	s.registerAs("ｂｏｂ", "other@example.org", password).want(409, "already_exists")
	s.registerAs("aki", norm.NFD.String("が@example.org"), password).want(201, "")
	s.logIn("が@example.org", password).want(200, "")
}

func TestWhatNobodySeesIsNoPartOfAName(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for field, body := range map[string][2]string{
		"username": {"bob\u200B", "bob@example.org"}, "email": {"bob", "bob@example.org\u200B"},
	} {
		var problem struct{ Errors []struct{ Field string } }
		a := s.registerAs(body[0], body[1], password).want(422, "validation_failed")
		if err := json.Unmarshal(a.body, &problem); err != nil || len(problem.Errors) != 1 || problem.Errors[0].Field != field {
			t.Errorf("%s: %s", field, a.body)
		}
	}
}

func salts(t *testing.T, s *stage, address string) (n int) {
	t.Helper()
	if err := s.pool.QueryRow(t.Context(), `SELECT count(DISTINCT split_part(password_hash, '$', 5)) FROM users WHERE lower(email) = $1`, address).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTwentyWhoClaimAnAddressAtOnceShareASalt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var wait sync.WaitGroup
	for n := range 20 {
		address := []string{"ann@example.org", "ANN@example.org", " Ann@Example.Org"}[n%3]
		wait.Go(func() {
			s.registerAs(fmt.Sprintf("claim%d", n), address, fmt.Sprintf("own password %d", n)).want(201, "")
		})
	}
	wait.Wait()
	if n := salts(t, s, "ann@example.org"); n != 1 {
		t.Fatalf("%d salts", n)
	}
	for _, n := range []int{0, 7, 19} {
		if got := s.me(s.logIn("ann@example.org", fmt.Sprintf("own password %d", n)).want(200, "").text("access_token")).text("username"); got != fmt.Sprintf("claim%d", n) {
			t.Errorf("password %d opened %s", n, got)
		}
	}
}

// Whoever claimed an address before its owner came, and in whatever number, does not keep the owner out.
func TestManyOlderClaimsKeepNobodyOut(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.registerAs("first", "ann@example.org", "the first's password").want(201, "")
	if _, err := s.pool.Exec(t.Context(), `
		INSERT INTO users (id, username, email, password_hash, display_name, created_at)
		SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bot' || n, u.email, regexp_replace(u.password_hash, '[^$]*$', '') || rtrim(encode(sha256(n::text::bytea), 'base64'), '='), 'B', u.created_at - interval '1 day'
		FROM users u, generate_series(1, 1500) n`); err != nil {
		t.Fatal(err)
	}
	s.registerAs("ann", "ann@example.org", password).want(201, "")
	if got := s.me(s.logIn("ann@example.org", password).want(200, "").text("access_token")).text("username"); got != "ann" {
		t.Fatalf("opened %s", got)
	}
}

// Claims with salts of their own cannot be made any more; older ones cost a log-in little.
func TestALogInAsksForFewRecipes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.register("ann")
	if _, err := s.pool.Exec(t.Context(), `
		INSERT INTO users (id, username, email, password_hash, display_name)
		SELECT gen_random_uuid(), 'bot' || n, u.email, '$argon2id$v=19$m=64,t=1,p=1$' || encode(uuid_send(gen_random_uuid()), 'hex') || '$key', 'B'
		FROM users u, generate_series(1, 50) n`); err != nil {
		t.Fatal(err)
	}
	recipes, err := s.accounts.Recipes(t.Context(), "ann@example.org", 4)
	if err != nil || len(recipes) != 4 {
		t.Fatalf("%d recipes, %v", len(recipes), err)
	}
	s.logIn("ann@example.org", password).want(200, "") // who proved it or came first is tried first
}
