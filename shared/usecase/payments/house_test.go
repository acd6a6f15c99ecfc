package payments_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/offers"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/adapter/stripe"
	"github.com/yoriai/yoriai/shared/adapter/stripe/stripetest"
	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/payments"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// queues keep what they are given.
type queues struct{ rows []outbox.Row }

func (q *queues) Send(_ context.Context, rows []outbox.Row) (taken []id.ID, err error) {
	q.rows = append(q.rows, rows...)
	for _, r := range rows {
		taken = append(taken, r.ID)
	}
	return taken, nil
}

// house is a person with an account, the books, and a Stripe.
type house struct {
	*testing.T
	db      *pgxpool.Pool
	desk    *stripetest.Desk
	account *stripe.Stripe
	queues  *queues
	shop    payments.Shop
	worker  payments.Worker
	hook    payments.Hook
	aki     id.ID
	// seen are events that were looked at.
	seen map[string]bool
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, db: pgtest.New(t), desk: stripetest.New(t, ""), queues: &queues{}, seen: map[string]bool{}}
	h.account = h.desk.Account(stripetest.Stage)
	list, err := offers.Read()
	if err != nil {
		t.Fatal(err)
	}
	table := dynamotest.New(t)
	projection := dynamodb.Payments{Table: table}
	h.shop = payments.Shop{Provider: h.account, Projection: projection, Offers: list, Now: time.Now, Origin: "http://localhost:8080"}
	h.hook = payments.Hook{Provider: h.account, Queues: h.queues, Projection: projection, Now: time.Now}
	h.worker = payments.Worker{Offers: list, Projection: projection, Runner: transact.Runner{Store: postgres.Changes{DB: h.db},
		Relay: transact.Relay{Queues: h.queues, Store: postgres.Outbox{DB: h.db}, Activity: dynamodb.NewActivity(table)}}}
	h.aki = h.person("aki")
	return h
}

func (h *house) person(name string) id.ID {
	h.Helper()
	v := id.New()
	if _, err := h.db.Exec(h.Context(), `INSERT INTO users (id, username, email, display_name) VALUES ($1, $2, 'a@example.com', $2)`, v, name); err != nil {
		h.Fatal(err)
	}
	return v
}

// buys opens the page of an offer.
func (h *house) buys(offer string) string {
	h.Helper()
	page, err := h.shop.Checkout(h.Context(), h.aki, id.New(), offer, "ja")
	if err != nil {
		h.Fatal(err)
	}
	return page
}

// look asks for everything that happened since the last look, as a webhook that comes at once would.
func (h *house) look() (facts []billing.Fact) {
	h.Helper()
	events, err := h.account.Events(h.Context(), time.Unix(0, 0))
	if err != nil {
		h.Fatal(err)
	}
	for _, e := range events {
		if h.seen[e.ID] {
			continue
		}
		h.seen[e.ID] = true
		fact, err := h.account.Look(h.Context(), e)
		if err != nil {
			h.Fatal(e, err)
		}
		if fact != nil {
			facts = append(facts, *fact)
		}
	}
	return facts
}

func (h *house) applies(facts ...billing.Fact) {
	h.Helper()
	for _, f := range facts {
		if err := h.worker.Apply(h.Context(), f); err != nil {
			h.Fatalf("%+v: %v", f, err)
		}
	}
}

// catchUp applies what happened since the last look.
func (h *house) catchUp() {
	h.Helper()
	h.applies(h.look()...)
}

// shuffled is facts in an order of a seed's, each of them twice.
func shuffled(facts []billing.Fact, seed uint64) []billing.Fact {
	twice := append(append([]billing.Fact{}, facts...), facts...)
	dice := rand.New(rand.NewPCG(seed, 4)) //nolint:gosec // a test's dice
	dice.Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
	return twice
}

type books struct {
	balance, held, owed int64
	frozen              bool
}

func (h *house) books() (b books) {
	h.Helper()
	if err := h.db.QueryRow(h.Context(), `SELECT balance, held, owed, frozen_at IS NOT NULL FROM token_balances b JOIN accounts a ON a.id = b.account_id WHERE a.id = $1`, h.aki).
		Scan(&b.balance, &b.held, &b.owed, &b.frozen); err != nil {
		h.Fatal(err)
	}
	return b
}

func (h *house) want(what string, want books) {
	h.Helper()
	if got := h.books(); got != want {
		h.Errorf("%s: %+v, want %+v", what, got, want)
	}
	if done, err := maintenance.ProveBooks(h.Context(), postgres.Books{DB: h.db}); err != nil {
		h.Error(what, done, err)
	}
}

func (h *house) payments() []billing.Payment {
	h.Helper()
	list, err := payments.History{Store: postgres.Payments{DB: h.db}}.List(h.Context(), h.aki, id.ID{}, 100)
	if err != nil {
		h.Fatal(err)
	}
	return list
}

// commands are the wishes that were owed since the last time.
func (h *house) commands() (list []outbox.Row) {
	for _, r := range h.queues.rows {
		if r.Queue == outbox.StripeCommands {
			list = append(list, r)
		}
	}
	h.queues.rows = nil
	return list
}

// spends uses tokens as an answer does.
func (h *house) spends(tokens int64) {
	h.Helper()
	hold := ledger.Hold{GenerationID: id.New(), AccountID: h.aki, RoomID: h.aki, UserID: h.aki, Month: "2026-11", Amount: tokens}
	for _, step := range []func(b *ledger.Book){
		func(b *ledger.Book) { b.Place(hold) },
		func(b *ledger.Book) {
			b.End(hold, tokens, h.aki, &ledger.Usage{Provider: "p", Model: "m", Kind: "reply", Output: tokens})
		},
	} {
		if _, err := (postgres.Changes{DB: h.db}).Change(h.Context(), change.Needs{Accounts: []id.ID{h.aki}}, func(s change.Situation) (*change.Plan, error) {
			p := s.Plan(id.ID{}, change.Needs{})
			step(p.Book(h.aki))
			return p, nil
		}); err != nil {
			h.Fatal(err)
		}
	}
}

// money turns a fact's payment into the id of its charge.
func (h *house) charge(reference string) string {
	h.Helper()
	charge, _ := h.desk.Read("/v1/payment_intents/" + reference)["latest_charge"].(string)
	return charge
}
