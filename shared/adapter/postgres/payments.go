package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/payments"
)

// Payments reads what was paid: payments.Store, and what customers' projection is made from.
type Payments struct{ DB *pgxpool.Pool }

var (
	_ payments.Store            = Payments{}
	_ maintenance.CustomerStore = Payments{}
)

const paymentColumns = `id, account_id, rail, reference, kind, offer, subscription, status, amount, currency, receipt, granted, expires_at, taken, turns,
	refunded, refund_owed, created_at, fetched_at, refund_fetched_at`

func scanPayment(row pgx.CollectableRow) (p billing.Payment, err error) {
	return p, row.Scan(&p.ID, &p.AccountID, &p.Rail, &p.Reference, &p.Kind, &p.Offer, &p.Subscription, &p.Status, &p.Amount, &p.Currency, &p.Receipt, &p.Granted,
		moment{&p.ExpiresAt}, &p.Taken, &p.Turns, &p.Refunded, &p.RefundOwed, moment{&p.CreatedAt}, moment{&p.FetchedAt}, moment{&p.RefundFetchedAt})
}

const subscriptionColumns = `rail, reference, account_id, offer, live, status, cancels, period_end, surplus, created_at, fetched_at`

func scanSubscription(row pgx.CollectableRow) (s billing.Subscription, err error) {
	return s, row.Scan(&s.Rail, &s.Reference, &s.AccountID, &s.Offer, &s.Live, &s.Status, &s.Cancels, moment{&s.PeriodEnd}, &s.Surplus, moment{&s.CreatedAt}, moment{&s.FetchedAt})
}

// payments reads what is known of the first account's payments. It takes no lock: the balance's stands for them.
func (l *loading) payments() {
	n := l.n.Payments
	if n == nil || len(l.n.Accounts) == 0 {
		return
	}
	account, s := l.n.Accounts[0], &l.s.Payments
	l.one(`SELECT customer FROM payment_customers WHERE account_id = $1 AND rail = $2`, []any{account, n.Rail}, func(row pgx.Row) error { return row.Scan(&s.Customer) })
	l.b.Queue(`SELECT `+paymentColumns+` FROM payment_history WHERE account_id = $1 AND rail = $2 AND (reference = $3 OR kind = 'plan') ORDER BY id`, account, n.Rail, n.Reference).
		Query(into(&s.Payments, scanPayment))
	l.b.Queue(`SELECT `+subscriptionColumns+` FROM subscriptions WHERE account_id = $1 AND rail = $2`, account, n.Rail).Query(into(&s.Subscriptions, scanSubscription))
	l.b.Queue(`SELECT reference, account_id, rail, payment, open, withdrawn, fetched_at FROM payment_disputes WHERE account_id = $1 AND rail = $2`, account, n.Rail).
		Query(into(&s.Disputes, func(row pgx.CollectableRow) (d billing.Dispute, err error) {
			return d, row.Scan(&d.Reference, &d.AccountID, &d.Rail, &d.Payment, &d.Open, &d.Withdrawn, moment{&d.FetchedAt})
		}))
	l.one(`SELECT coalesce(sum(-t.amount), 0)::bigint FROM token_lots l JOIN token_transactions t ON t.account_id = l.account_id AND t.kind = 'expiry'
		AND t.source_key LIKE 'expiry:' || l.id || ':%' WHERE l.payment = $2 AND l.account_id = $1`, []any{account, n.Reference}, func(row pgx.Row) error { return row.Scan(&s.Expired) })
}

func queueOfPayment(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.PutCustomer:
		b.Queue(`INSERT INTO payment_customers (account_id, rail, customer) VALUES ($1, $2, $3) ON CONFLICT (account_id, rail) DO UPDATE SET customer = EXCLUDED.customer`,
			w.AccountID, w.Rail, w.Customer)
	case change.PutPayment:
		p := w.Payment
		b.Queue(`INSERT INTO payment_history (`+paymentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
			ON CONFLICT (rail, reference) DO UPDATE SET kind = EXCLUDED.kind, offer = EXCLUDED.offer, subscription = EXCLUDED.subscription, status = EXCLUDED.status,
			amount = EXCLUDED.amount, currency = EXCLUDED.currency, receipt = EXCLUDED.receipt, granted = EXCLUDED.granted, expires_at = EXCLUDED.expires_at,
			taken = EXCLUDED.taken, turns = EXCLUDED.turns, refunded = EXCLUDED.refunded, refund_owed = EXCLUDED.refund_owed, created_at = EXCLUDED.created_at,
			fetched_at = EXCLUDED.fetched_at, refund_fetched_at = EXCLUDED.refund_fetched_at`,
			p.ID, p.AccountID, p.Rail, p.Reference, p.Kind, p.Offer, p.Subscription, p.Status, p.Amount, p.Currency, p.Receipt, p.Granted, orNull(p.ExpiresAt),
			p.Taken, p.Turns, p.Refunded, p.RefundOwed, p.CreatedAt, orNull(p.FetchedAt), orNull(p.RefundFetchedAt))
	case change.PutSubscription:
		s := w.Subscription
		b.Queue(`INSERT INTO subscriptions (`+subscriptionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (rail, reference) DO UPDATE SET offer = EXCLUDED.offer, live = EXCLUDED.live, status = EXCLUDED.status, cancels = EXCLUDED.cancels,
			period_end = EXCLUDED.period_end, surplus = EXCLUDED.surplus, fetched_at = EXCLUDED.fetched_at`,
			s.Rail, s.Reference, s.AccountID, s.Offer, s.Live, s.Status, s.Cancels, orNull(s.PeriodEnd), s.Surplus, s.CreatedAt, s.FetchedAt)
	case change.PutDispute:
		d := w.Dispute
		b.Queue(`INSERT INTO payment_disputes (rail, reference, account_id, payment, open, withdrawn, fetched_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (rail, reference) DO UPDATE SET open = EXCLUDED.open, withdrawn = EXCLUDED.withdrawn, fetched_at = EXCLUDED.fetched_at`,
			d.Rail, d.Reference, d.AccountID, d.Payment, d.Open, d.Withdrawn, d.FetchedAt)
	case change.FreezeAccount:
		b.Queue(`UPDATE accounts SET frozen_at = $2 WHERE id = $1`, w.AccountID, orNull(w.FrozenAt))
	}
}

// List implements payments.Store. What only a refund was told of is not shown yet.
func (s Payments) List(ctx context.Context, account, before id.ID, limit int) ([]billing.Payment, error) {
	if before.IsZero() {
		before = id.Last
	}
	rows, err := s.DB.Query(ctx, `SELECT `+paymentColumns+` FROM payment_history WHERE account_id = $1 AND id < $2 AND kind <> '' ORDER BY id DESC LIMIT $3`, account, before, limit)
	return collect(rows, err, scanPayment)
}

// Subscriptions implements payments.Store.
func (s Payments) Subscriptions(ctx context.Context, account id.ID) ([]billing.Subscription, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions WHERE account_id = $1 AND live AND NOT surplus ORDER BY created_at, reference LIMIT 10`, account)
	return collect(rows, err, scanSubscription)
}

// Customers implements maintenance.CustomerStore.
func (s Payments) Customers(ctx context.Context, after id.ID, limit int) ([]maintenance.Customer, error) {
	rows, err := s.DB.Query(ctx, `SELECT account_id, customer FROM payment_customers WHERE rail = 'stripe' AND ($1::uuid IS NULL OR account_id > $1) ORDER BY account_id LIMIT $2`, after, limit)
	return collect(rows, err, func(row pgx.CollectableRow) (c maintenance.Customer, err error) {
		return c, row.Scan(&c.AccountID, &c.Customer)
	})
}
