package dynamodb

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/payments"
)

// Payments is payments.Projection on the table.
type Payments struct{ Table }

var (
	_ payments.Projection            = Payments{}
	_ maintenance.CustomerProjection = Payments{}
)

func customerKey(account id.ID) item { return key("CUSTOMER#"+account.String(), "CUSTOMER") }

// Customer implements payments.Projection.
func (p Payments) Customer(ctx context.Context, account id.ID) (string, error) {
	i, err := p.get(ctx, customerKey(account))
	return textOf(i, "customer"), err
}

// PutCustomer implements payments.Projection.
func (p Payments) PutCustomer(ctx context.Context, account id.ID, customer string) error {
	if customer == "" {
		return nil
	}
	i := customerKey(account)
	i["customer"] = text(customer)
	return p.put(ctx, i)
}

// confirmedFor is longer than the provider keeps events.
const confirmedFor = 40 * 24 * time.Hour

func factKey(event string) item { return key("FACT#"+event, "FACT") }

// Confirm implements payments.Projection.
func (p Payments) Confirm(ctx context.Context, event string) error {
	i := factKey(event)
	i[AttrExpiry] = number(p.Now().Add(confirmedFor).Unix())
	return p.put(ctx, i)
}

// Confirmed implements payments.Projection.
func (p Payments) Confirmed(ctx context.Context, events []string) (map[string]bool, error) {
	keys := make([]item, len(events))
	for i, event := range events {
		keys[i] = factKey(event)
	}
	items, err := p.batchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, i := range items {
		found[trim(textOf(i, partitionKey), "FACT#")] = true
	}
	return found, nil
}

func reconciledKey() item { return key("PAYMENTS", "RECONCILED") }

// Reconciled implements payments.Projection.
func (p Payments) Reconciled(ctx context.Context) (time.Time, error) {
	i, err := p.get(ctx, reconciledKey())
	return moment(i, "at"), err
}

// SetReconciled implements payments.Projection.
func (p Payments) SetReconciled(ctx context.Context, at time.Time) error {
	i := reconciledKey()
	i["at"] = number(at.UnixMilli())
	return p.put(ctx, i)
}
