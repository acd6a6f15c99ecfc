package maintenance_test

import (
	"context"
	"maps"
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
func (b *books) Strays(context.Context, id.ID, int) ([]maintenance.Stray, error) {
	return nil, nil
}
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
}

// Each fault is planted among answers that are as they should be, and nothing else is told.
func TestStraysAreFound(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	store := postgres.Books{DB: db}
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := db.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
	person, room := id.New(), id.New()
	exec(`INSERT INTO users (id, username, email, display_name) VALUES ($1, 'aki', 'a@example.com', 'A')`, person)
	exec(`INSERT INTO rooms (id, name, owner_id, ai_provider, ai_model) VALUES ($1, 'R', $2, 'p', 'm')`, room, person)
	pgtest.Fund(t, db, person, 100)
	generation := func(status string, charged any, settled string) id.ID {
		t.Helper()
		v, apart := id.New(), id.New() // a room makes one summary at a time
		exec(`INSERT INTO rooms (id, name, owner_id, ai_provider, ai_model) VALUES ($1, 'R', $2, 'p', 'm')`, apart, person)
		exec(`INSERT INTO ai_generations (id, kind, room_id, asker_id, requested_by, payer_id, provider, model, visibility, prompt_budget, reply_cap, hold,
			weight_input, weight_output, status, error_code, charged_tokens, settled_at, covers_from, covers_to)
			VALUES ($1, 'summary', $2, $3, $3, $3, 'p', 'm', 'public', 1, 1, 1, 1000000, 1000000, $4, CASE WHEN $4 = 'failed' THEN 'timeout' END, $5, `+settled+`, $1, $1)`,
			v, apart, person, status, charged)
		return v
	}
	hold := func(v id.ID, held int) {
		t.Helper()
		exec(`INSERT INTO token_holds (generation_id, account_id, room_id, user_id, month, amount) VALUES ($1, $2, $3, $2, '2026-11', 5)`, v, person, room)
		exec(`INSERT INTO member_usage (room_id, month, user_id, held) VALUES ($1, '2026-11', $2, $3) ON CONFLICT (room_id, month, user_id)
			DO UPDATE SET held = member_usage.held + $3`, room, person, held)
	}
	hold(generation("pending", nil, "NULL"), 5)
	generation("failed", 0, "now()")
	generation("completed", 7, "now() - interval '1 day'") // before there were books
	told := func() map[id.ID]string {
		t.Helper()
		list, err := store.Strays(t.Context(), id.ID{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		m := map[id.ID]string{}
		for _, s := range list {
			m[s.ID] = s.What
		}
		return m
	}
	if got := told(); len(got) != 0 {
		t.Fatalf("told of what is right: %v", got)
	}
	ended, open, charged := generation("failed", 0, "now()"), generation("pending", nil, "NULL"), generation("completed", 9, "clock_timestamp()")
	hold(ended, 5)
	want := map[id.ID]string{ended: "hold without an open answer", open: "open answer without a hold", charged: "charge without an entry"}
	if got := told(); !maps.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	exec(`UPDATE member_usage SET held = held + 1`)
	want[room] = "held of a member is not the sum of the holds"
	if got := told(); !maps.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	exec(`UPDATE member_usage SET held = 0`)
	if got := told(); !maps.Equal(got, want) {
		t.Errorf("nothing held of a member: told %v, want %v", got, want)
	}
	if done, err := maintenance.ProveBooks(t.Context(), store); err == nil || done["strays"] != 4 {
		t.Error(done, err)
	}
}
