package postgres_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

func TestTheAuditLogRefusesEveryChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, sql := range []string{`UPDATE audit_log SET act = 'x'`, `DELETE FROM audit_log`, `TRUNCATE audit_log`} {
		_, err := h.db.Exec(t.Context(), sql)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "42501" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestSessionsAreAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sessions := postgres.Sessions{Pool: h.db}
	ctx := audit.WithAddress(t.Context(), "192.0.2.7")
	s := user.Session{ID: id.New(), UserID: h.master, CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)}
	if err := sessions.Open(ctx, s, user.TokenHash{1}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // once
		if err := sessions.Revoke(ctx, s.ID, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := h.db.Query(t.Context(), `SELECT act || ' ' || address || ' ' || (actor_id = $2)::text FROM audit_log WHERE subject_id = $1 ORDER BY id`, s.ID, h.master)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if want := []string{"session.opened 192.0.2.7 true", "session.ended 192.0.2.7 true"}; !slices.Equal(lines, want) {
		t.Error(lines)
	}
}
