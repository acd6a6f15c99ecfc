package pgtest

import (
	_ "embed"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/id"
)

//go:embed age.sql
var age string

// Age makes what was said in a room up to a message so much older. Every id that was read before names nothing any more: Aged
// tells what it became.
func Age(t testing.TB, db *pgxpool.Pool, roomID, until id.ID, by time.Duration) {
	t.Helper()
	c, err := db.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Release()
	if _, err := c.Exec(t.Context(), `SELECT set_config('age.room', $1, false), set_config('age.until', $2, false), set_config('age.by', $3, false)`,
		roomID.String(), until.String(), strconv.FormatInt(by.Milliseconds(), 10)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Conn().Exec(t.Context(), age, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
}

// Aged is a message's id after it was made so much older.
func Aged(v id.ID, by time.Duration) id.ID {
	old := id.Floor(v.Time().Add(-by))
	copy(v[:6], old[:6])
	return v
}
