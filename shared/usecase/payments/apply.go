package payments

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Worker writes facts into the books.
type Worker struct {
	Runner     transact.Runner
	Offers     billing.Offers
	Projection Projection
}

// Apply writes a fact in one transaction. It may come twice, late, and before what it follows from.
func (w Worker) Apply(ctx context.Context, f billing.Fact) error {
	needs := change.Needs{Accounts: []id.ID{f.AccountID}, Payments: &change.Payments{Rail: f.Rail, Reference: f.Reference()}}
	decide := func(s change.Situation) (*change.Plan, error) {
		if len(s.Accounts) == 0 {
			slog.WarnContext(ctx, "a fact about nobody", "event", f.Event, "customer", f.Customer)
			return nil, nil
		}
		return w.decide(s, needs, f)
	}
	return w.Runner.Change(ctx, needs, decide, func() []transact.Step {
		return []transact.Step{
			{Name: "project the customer", Do: func(ctx context.Context) error { return w.Projection.PutCustomer(ctx, f.AccountID, f.Customer) }},
			{Name: "confirm the event", Do: func(ctx context.Context) error {
				if f.Event == "" {
					return nil
				}
				return w.Projection.Confirm(ctx, f.Event)
			}},
		}
	})
}

// EndPlans cancels what an account that ends, or is suspended, would go on paying, and closes the pages on which it could pay.
func (w Worker) EndPlans(ctx context.Context, account id.ID) error {
	// Who never paid is a customer outside the books only.
	known, err := w.Projection.Customer(ctx, account)
	if err != nil {
		return err
	}
	needs := change.Needs{Accounts: []id.ID{account}, Payments: &change.Payments{Rail: billing.Stripe}}
	return w.Runner.Change(ctx, needs, func(s change.Situation) (*change.Plan, error) {
		p := s.Plan(id.ID{}, needs)
		for _, sub := range s.Payments.Subscriptions {
			if sub.Live {
				p.Owe(outbox.NewCommand(billing.CancelSubscription, sub.Reference))
			}
		}
		if customer := cmp.Or(s.Payments.Customer, known); customer != "" {
			p.Owe(outbox.NewCommand(billing.ExpireSessions, customer))
		}
		return p, nil
	}, nil)
}

// entry is one fact being written into one account's book.
type entry struct {
	offers billing.Offers
	fact   billing.Fact
	state  billing.State
	plan   *change.Plan
	book   *ledger.Book
}

func (w Worker) decide(s change.Situation, n change.Needs, f billing.Fact) (*change.Plan, error) {
	p := s.Plan(id.ID{}, n)
	e := &entry{offers: w.Offers, fact: f, state: s.Payments, plan: p, book: p.Book(f.AccountID)}
	if f.Customer != "" && f.Customer != s.Payments.Customer {
		p.Write(change.PutCustomer{AccountID: f.AccountID, Rail: f.Rail, Customer: f.Customer})
	}
	e.subscriptions()
	e.disputes()
	if err := e.payment(); err != nil {
		return nil, err
	}
	e.refundSurplus()
	p.Notify(f.AccountID)
	return p, nil
}

// subscriptions takes over what lives, and gives notice to all but the oldest: two plans at once were never sold.
func (e *entry) subscriptions() {
	live := 0
	for _, f := range e.fact.Subscriptions {
		if f.Live {
			live++
		}
		row := billing.Subscription{Reference: f.Reference, AccountID: e.fact.AccountID, Rail: e.fact.Rail, CreatedAt: f.CreatedAt}
		at := -1
		for i, known := range e.state.Subscriptions {
			if known.Reference == f.Reference {
				row, at = known, i
			}
		}
		if at >= 0 && e.fact.FetchedAt.Before(row.FetchedAt) {
			continue
		}
		row.Offer, row.Live, row.Status, row.Cancels, row.PeriodEnd, row.FetchedAt = f.Offer, f.Live, f.Status, f.Cancels, f.PeriodEnd, e.fact.FetchedAt
		if f.Live && live > 1 && !row.Surplus {
			row.Surplus = true
			e.plan.Owe(outbox.NewCommand(billing.CancelSubscription, row.Reference))
		}
		if at < 0 {
			e.state.Subscriptions = append(e.state.Subscriptions, row)
		} else {
			e.state.Subscriptions[at] = row
		}
		e.plan.Write(change.PutSubscription{Subscription: row})
	}
}

func (e *entry) surplus(subscription string) bool {
	for _, s := range e.state.Subscriptions {
		if s.Reference == subscription && s.Surplus {
			return true
		}
	}
	return false
}

// disputes freezes an account as long as one is open.
func (e *entry) disputes() {
	f := e.fact.Dispute
	if f == nil {
		return
	}
	row := billing.Dispute{Reference: f.Reference, AccountID: e.fact.AccountID, Rail: e.fact.Rail, Payment: f.Payment, Open: f.Open, Withdrawn: f.Withdrawn, FetchedAt: e.fact.FetchedAt}
	at := -1
	for i, known := range e.state.Disputes {
		if known.Reference == f.Reference {
			at = i
		}
	}
	switch {
	case at < 0:
		e.state.Disputes = append(e.state.Disputes, row)
	case row.FetchedAt.Before(e.state.Disputes[at].FetchedAt):
		return
	default:
		e.state.Disputes[at] = row
	}
	frozen := time.Time{}
	for _, d := range e.state.Disputes {
		if d.Open {
			frozen = e.book.Now()
		}
	}
	if !frozen.IsZero() && !e.book.FrozenAt.IsZero() {
		frozen = e.book.FrozenAt
	}
	e.plan.Write(change.PutDispute{Dispute: row}, change.FreezeAccount{AccountID: e.fact.AccountID, FrozenAt: frozen})
}

func (e *entry) withdrawn(reference string) bool {
	for _, d := range e.state.Disputes {
		if d.Payment == reference && d.Withdrawn {
			return true
		}
	}
	return false
}

// payment writes what is known of a payment: its tokens come once, and go as far as its money went.
func (e *entry) payment() error {
	reference := e.fact.Reference()
	if reference == "" {
		return nil
	}
	row := billing.Payment{ID: id.New(), AccountID: e.fact.AccountID, Rail: e.fact.Rail, Reference: reference, Status: billing.Pending, CreatedAt: e.fact.FetchedAt}
	at := -1
	for i, known := range e.state.Payments {
		if known.Reference == reference {
			row, at = known, i
		}
	}
	e.told(&row)
	e.refunded(&row)
	if f := e.fact.Payment; f != nil && f.Status == billing.Paid && row.Granted == 0 && !e.surplus(f.Subscription) {
		if err := e.grant(&row, *f); err != nil {
			return err
		}
	}
	if err := e.settle(&row); err != nil {
		return err
	}
	if at < 0 {
		e.state.Payments = append(e.state.Payments, row)
	} else {
		e.state.Payments[at] = row
	}
	e.plan.Write(change.PutPayment{Payment: row})
	return nil
}

// told takes over what a payment is; one that came stays so, whatever an older page said.
func (e *entry) told(row *billing.Payment) {
	f := e.fact.Payment
	if f == nil || e.fact.FetchedAt.Before(row.FetchedAt) {
		return
	}
	row.Kind, row.Offer, row.Subscription, row.CreatedAt, row.FetchedAt = f.Kind, f.Offer, f.Subscription, f.CreatedAt, e.fact.FetchedAt
	row.Amount, row.Currency = f.Amount, f.Currency
	if row.Status != billing.Paid {
		row.Status = f.Status
	}
	if f.Receipt != "" {
		row.Receipt = f.Receipt
	}
}

func (e *entry) refunded(row *billing.Payment) {
	f := e.fact.Refund
	if f == nil || e.fact.FetchedAt.Before(row.RefundFetchedAt) {
		return
	}
	row.Refunded, row.RefundFetchedAt = f.Refunded, e.fact.FetchedAt
	if row.Amount == 0 {
		row.Amount, row.Currency, row.CreatedAt = f.Amount, f.Currency, f.CreatedAt
	}
	if row.Receipt == "" {
		row.Receipt = f.Receipt
	}
}

// grant brings a payment's tokens. Those of a plan end with its month; where we heard of it too late for that, they last as long
// as they would have.
func (e *entry) grant(row *billing.Payment, f billing.PaymentFact) error {
	g := ledger.Grant{Kind: ledger.Purchased, Source: ledger.FromPurchase, Key: f.Key, Amount: f.Tokens, Payment: row.Reference, Actor: e.fact.AccountID, Reason: f.Offer}
	switch f.Kind {
	case billing.Pack:
		offer, _ := e.offers.Find(f.Offer)
		if days := offer.ValidDays[e.fact.Rail]; days > 0 {
			g.ExpiresAt = e.book.Now().AddDate(0, 0, days)
		}
	case billing.Plan:
		g.Kind, g.Source, g.ExpiresAt = ledger.Subscribed, ledger.FromSubscription, f.Until
		if !g.ExpiresAt.After(e.book.Now()) {
			g.ExpiresAt = e.book.Now().Add(f.Until.Sub(f.From))
		}
	default:
		return fmt.Errorf("payment %s is for a %q", row.Reference, f.Kind)
	}
	row.Granted, row.ExpiresAt = g.Amount, g.ExpiresAt
	return e.book.Grant(g)
}

// settle writes the difference between what should be taken back of a payment and what was, in either direction.
func (e *entry) settle(row *billing.Payment) error {
	expired := e.state.Expired + e.book.Expired(row.Reference)
	target := row.Target(e.withdrawn(row.Reference), expired)
	switch {
	case target > row.Taken:
		e.book.TakeBack(row.Reference, target-row.Taken)
	case target < row.Taken:
		row.Turns++
		source, kind := ledger.FromPurchase, ledger.Refunded
		if row.Kind == billing.Plan {
			source = ledger.FromSubscription
		}
		if err := e.book.GiveBack(ledger.Grant{Kind: kind, Source: source, Key: fmt.Sprintf("give:%s:%d", row.Reference, row.Turns), Amount: row.Taken - target,
			ExpiresAt: row.ExpiresAt, Payment: row.Reference, Actor: e.fact.AccountID, Reason: row.Offer}); err != nil {
			return err
		}
	}
	row.Taken = target
	return nil
}

// refundSurplus gives back what was paid for plans that should not have been.
func (e *entry) refundSurplus() {
	for _, row := range e.state.Payments {
		if row.Subscription == "" || row.Status != billing.Paid || row.RefundOwed || !e.surplus(row.Subscription) {
			continue
		}
		row.RefundOwed = true
		e.plan.Owe(outbox.NewCommand(billing.Refund, row.Reference))
		e.plan.Write(change.PutPayment{Payment: row})
	}
}
