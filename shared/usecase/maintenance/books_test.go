package maintenance_test

import (
	"context"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

// books add up unless told.
type books struct {
	wrong  []maintenance.Mistake
	proven id.ID
}

func (b *books) Proven(context.Context) (id.ID, error)          { return b.proven, nil }
func (b *books) SetProven(_ context.Context, v id.ID) error     { b.proven = v; return nil }
func (b *books) LastTransaction(context.Context) (id.ID, error) { return id.New(), nil }
func (b *books) Orphans(context.Context, int) ([]id.ID, error)  { return nil, nil }
func (b *books) Unsound(context.Context, id.ID, id.ID, int) ([]maintenance.Mistake, id.ID, error) {
	return b.wrong, id.ID{}, nil
}

// The watermark stays where it was: the next proof looks at the same accounts.
func TestBooksThatDoNotAddUpAreNotProven(t *testing.T) {
	t.Parallel()
	b := &books{wrong: []maintenance.Mistake{{Account: id.New(), What: "lots"}}}
	if done, err := maintenance.ProveBooks(t.Context(), b); err == nil || done["accounts_wrong"] != 1 || !b.proven.IsZero() {
		t.Fatal(done, err, b.proven)
	}
	b.wrong = nil
	if _, err := maintenance.ProveBooks(t.Context(), b); err != nil || b.proven.IsZero() {
		t.Fatal(err, b.proven)
	}
}

// Each thing that can be wrong is found, and told by its name.
func TestWhatIsWrongWithBooksIsFound(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	store := postgres.Books{DB: db}
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := db.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
	person := func() id.ID {
		v := id.New()
		exec(`INSERT INTO users (id, username, email, display_name) VALUES ($1, $2, 'a@example.com', 'A')`, v, "u"+v.String()[24:])
		pgtest.Fund(t, db, v, 100)
		pgtest.Fund(t, db, v, 50)
		return v
	}
	whole := person()
	if done, err := maintenance.ProveBooks(t.Context(), store); err != nil {
		t.Fatal(done, err)
	}
	want := map[id.ID]string{}
	for what, sql := range map[string]string{
		"lots":    `UPDATE token_lots SET remaining = remaining - 1 WHERE account_id = $1 AND granted = 100`,
		"holds":   `UPDATE token_balances SET held = 1 WHERE account_id = $1`,
		"entries": `WITH b AS (UPDATE token_balances SET balance = balance + 1 WHERE account_id = $1) UPDATE token_lots SET granted = 101, remaining = 101 WHERE account_id = $1 AND granted = 100`,
		"usage":   `INSERT INTO usage_daily (account_id, day, room_id, user_id, provider, model, visibility, kind, charged) VALUES ($1, now(), $1, $1, 'p', 'm', 'public', 'reply', 1)`,
		"entries, chain": `INSERT INTO token_transactions (id, account_id, kind, amount, balance_after, source_key)
			SELECT 'ffffffff-ffff-7fff-bfff-ffffffffffff'::uuid, $1, 'grant', 7, 7, 'x'`,
	} {
		v := person()
		exec(sql, v)
		want[v] = what
	}
	wrong, _, err := store.Unsound(t.Context(), id.ID{}, id.ID{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range wrong {
		if m.Account == whole || want[m.Account] != m.What {
			t.Errorf("%s: told %q, want %q", m.Account, m.What, want[m.Account])
		}
		delete(want, m.Account)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
	exec(`INSERT INTO token_holds (generation_id, account_id, room_id, user_id, month, amount) VALUES ($1, $2, $2, $2, '2026-11', 1)`, id.New(), whole)
	if orphans, err := store.Orphans(t.Context(), 10); err != nil || len(orphans) != 1 {
		t.Error(orphans, err)
	}
}
