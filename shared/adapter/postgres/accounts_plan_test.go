package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Every request of a signed-in person asks one of these; none may read a whole table.
func TestHotQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	for _, statement := range []string{
		`INSERT INTO users (id, username, email, password_hash, display_name)
		 SELECT gen_random_uuid(), 'user' || n, 'user' || n || '@example.org', 'x', 'U' FROM generate_series(1, 5000) n`,
		`INSERT INTO sessions (id, user_id, expires_at) SELECT gen_random_uuid(), id, now() + interval '1 day' FROM users`,
		`INSERT INTO refresh_tokens (id, session_id, hash, depth, expires_at)
		 SELECT gen_random_uuid(), id, sha256(id::text::bytea), 0, now() + interval '1 day' FROM sessions`,
		`ANALYZE`,
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for name, query := range map[string]string{
		"a session":       `SELECT FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = '0190b3f0-0000-7000-8000-000000000000' AND s.user_id = '0190b3f0-0000-7000-8000-000000000000' AND s.revoked_at IS NULL`,
		"a username":      `SELECT FROM users u WHERE lower(u.username) = lower('USER77') AND u.deleted_at IS NULL AND u.password_hash = ANY('{x}') ORDER BY u.email_verified_at NULLS LAST, u.id LIMIT 1`,
		"an address":      `SELECT FROM users u WHERE lower(u.email) = lower('USER77@example.org') AND u.deleted_at IS NULL AND u.password_hash = ANY('{x}') ORDER BY u.email_verified_at NULLS LAST, u.id LIMIT 1`,
		"recipes":         `SELECT min(u.password_hash) FROM users u WHERE lower(u.email) = lower('USER77@example.org') AND u.deleted_at IS NULL AND u.password_hash IS NOT NULL GROUP BY regexp_replace(u.password_hash, '[^$]*$', '') ORDER BY min(u.email_verified_at) NULLS LAST, min(u.created_at) LIMIT 4`,
		"a refresh token": `SELECT FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id WHERE t.hash = sha256('x') AND s.expires_at > now() AND u.deleted_at IS NULL FOR UPDATE OF s`,
		"a family":        `SELECT FROM refresh_tokens t WHERE t.session_id = '0190b3f0-0000-7000-8000-000000000000' AND (t.hash = sha256('x') OR t.used_at IS NULL AND t.revoked_at IS NULL OR t.depth > (SELECT p.depth FROM refresh_tokens p WHERE p.hash = sha256('x')) AND t.used_at IS NOT NULL)`,
		"old tokens":      `DELETE FROM refresh_tokens WHERE id IN (SELECT id FROM refresh_tokens WHERE expires_at < now() - interval '9 days' LIMIT 100)`,
	} {
		rows, err := pool.Query(t.Context(), `EXPLAIN `+query)
		if err != nil {
			t.Fatal(name, err)
		}
		var plan []string
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, line)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(name, err)
		}
		if text := strings.Join(plan, "\n"); strings.Contains(text, "Seq Scan") {
			t.Errorf("%s reads a whole table:\n%s", name, text)
		}
	}
}

func TestPurgeTakesWhatHasExpired(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	accounts, sessions := postgres.Accounts{Pool: pool}, postgres.Sessions{Pool: pool}
	now := time.Now().UTC().Truncate(time.Millisecond)
	ann := user.User{ID: id.New(), Username: "ann", Email: "a@b.c", DisplayName: "Ann", Locale: user.English, AIMayRead: true, CreatedAt: now}
	if err := accounts.Register(t.Context(), ann, "x"); err != nil {
		t.Fatal(err)
	}
	if got, err := accounts.ByID(t.Context(), ann.ID); err != nil || got != ann {
		t.Fatalf("got %+v, %v; want %+v", got, err, ann)
	}
	old := user.Session{ID: id.New(), UserID: ann.ID, CreatedAt: now.Add(-2 * time.Hour), ExpiresAt: now.Add(-time.Hour)}
	fresh := user.Session{ID: id.New(), UserID: ann.ID, CreatedAt: now, ExpiresAt: now.Add(user.RefreshLifetime)}
	for n, s := range []user.Session{old, fresh} {
		if err := sessions.Open(t.Context(), s, user.TokenHash{byte(n)}); err != nil {
			t.Fatal(err)
		}
	}
	// A chain whose first token expires lives on by its later ones.
	rotation, err := sessions.Rotate(t.Context(), user.TokenHash{1}, user.TokenHash{9}, now.Add(time.Hour))
	if err != nil || rotation.Decision.Outcome != user.Rotate {
		t.Fatalf("got %+v, %v", rotation, err)
	}
	if taken, err := sessions.Purge(t.Context(), now, 100); err != nil || taken != 2 {
		t.Fatalf("took %d rows, %v; want a token and a session", taken, err)
	}
	if taken, err := sessions.Purge(t.Context(), fresh.ExpiresAt.Add(time.Second), 100); err != nil || taken != 1 {
		t.Fatalf("took %d rows, %v; want the first token", taken, err)
	}
	if s, err := sessions.ByToken(t.Context(), user.TokenHash{9}); err != nil || s.ID != fresh.ID {
		t.Fatalf("the later token: %+v, %v", s, err)
	}
	for session, want := range map[id.ID]bool{old.ID: false, fresh.ID: true, id.New(): false} {
		if alive, err := sessions.Alive(t.Context(), ann.ID, session); err != nil || alive != want {
			t.Errorf("alive %v, %v; want %v", alive, err, want)
		}
	}
	if alive, err := sessions.Alive(t.Context(), id.New(), fresh.ID); err != nil || alive {
		t.Errorf("of another person: %v, %v", alive, err)
	}
}
