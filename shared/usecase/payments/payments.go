// Package payments is how tokens are paid for. Who speaks to the provider stands outside the network, who writes the books inside:
// what the provider tells comes in by one queue as facts, what it shall do goes out by another as commands.
package payments

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Price is what an offer costs at the provider.
type Price struct {
	Offer    string
	Tokens   int64
	Amount   int64
	Currency string
}

// Order is a page on which somebody pays.
type Order struct {
	AccountID id.ID
	Customer  string
	Offer     billing.Offer
	// Request is the caller's key: the same request leads to the same page.
	Request   string
	ExpiresAt time.Time
	Locale    string
	// Back is where the page leads to, with or without having paid.
	Back string
}

// Event is what the provider tells: that something of an id happened. Nothing else of it is believed.
type Event struct {
	ID, Type, Object string
	At               time.Time
}

// Provider is a payment provider as this stage has it.
type Provider interface {
	// Ready says whether the stage has keys.
	Ready(ctx context.Context) (bool, error)
	Prices(ctx context.Context) ([]Price, error)
	// Customer finds a person by what stands at the provider, and makes them if there is nobody.
	Customer(ctx context.Context, account id.ID) (string, error)
	// Live lists a customer's subscriptions that have not ended, oldest first.
	Live(ctx context.Context, customer string) ([]billing.SubscriptionFact, error)
	// ExpireSessions ends the customer's open pages, but not that of the same request.
	ExpireSessions(ctx context.Context, customer, request string) error
	Checkout(ctx context.Context, o Order, key string) (address string, err error)
	// Portal is a page on which a customer cancels and resumes.
	Portal(ctx context.Context, customer, back, locale, key string) (address string, err error)
	// Verify returns unauthenticated for what the provider did not sign, or not lately.
	Verify(ctx context.Context, payload []byte, signature string) (Event, error)
	// Look asks anew for what an event names; nil if it is nothing that anybody here needs to know.
	Look(ctx context.Context, e Event) (*billing.Fact, error)
	// Events lists what happened since, oldest first, as far as anybody here needs to know.
	Events(ctx context.Context, since time.Time) ([]Event, error)
	Do(ctx context.Context, c billing.Command) error
}

// Projection is what those outside the network know of payments, and how those inside tell them.
type Projection interface {
	// Customer is who somebody is to the provider; empty if nobody wrote it down.
	Customer(ctx context.Context, account id.ID) (string, error)
	PutCustomer(ctx context.Context, account id.ID, customer string) error
	// Confirm says that what an event told is in the books, Confirmed of which of some that was said.
	Confirm(ctx context.Context, event string) error
	Confirmed(ctx context.Context, events []string) (map[string]bool, error)
	// Reconciled is up to when events were looked for; zero: never.
	Reconciled(ctx context.Context) (time.Time, error)
	SetReconciled(ctx context.Context, at time.Time) error
}

// Store reads what was paid.
type Store interface {
	List(ctx context.Context, account, before id.ID, limit int) ([]billing.Payment, error)
	// Subscriptions are those of an account that live.
	Subscriptions(ctx context.Context, account id.ID) ([]billing.Subscription, error)
}

// History is what somebody paid.
type History struct{ Store Store }

// List is a page of payments, newest first.
func (h History) List(ctx context.Context, account, before id.ID, limit int) ([]billing.Payment, error) {
	return h.Store.List(ctx, account, before, limit)
}

// Subscriptions are the plans that somebody has.
func (h History) Subscriptions(ctx context.Context, account id.ID) ([]billing.Subscription, error) {
	return h.Store.Subscriptions(ctx, account)
}
