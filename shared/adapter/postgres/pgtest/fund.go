package pgtest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
)

// Fund gives a person tokens, by the ledger's own rules.
func Fund(t testing.TB, db *pgxpool.Pool, person id.ID, tokens int64) {
	t.Helper()
	_, err := postgres.Changes{DB: db}.Change(context.Background(), change.Needs{Accounts: []id.ID{person}}, func(s change.Situation) (*change.Plan, error) {
		p := s.Plan(id.ID{}, change.Needs{})
		return p, p.Book(person).Grant(ledger.Grant{Kind: ledger.Granted, Source: ledger.FromGrant, Key: "test:" + id.New().String(), Amount: tokens})
	})
	if err != nil {
		t.Fatalf("give %d tokens: %v", tokens, err)
	}
}
