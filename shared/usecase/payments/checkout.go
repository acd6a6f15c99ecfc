package payments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Shop sells: it shows what there is, and leads to the provider's pages.
type Shop struct {
	Provider   Provider
	Projection Projection
	Offers     billing.Offers
	Now        func() time.Time
	// Origin is where the web stands.
	Origin string
}

// Good is an offer with its price.
type Good struct {
	billing.Offer
	Rail billing.Rail
}

// Goods are the offers that the provider has prices of; none in a stage that sells nothing.
func (s Shop) Goods(ctx context.Context) ([]Good, error) {
	if ready, err := s.Provider.Ready(ctx); err != nil || !ready {
		return nil, err
	}
	prices, err := s.Provider.Prices(ctx)
	if err != nil {
		return nil, err
	}
	var goods []Good
	for _, offer := range s.Offers {
		at := slices.IndexFunc(prices, func(p Price) bool { return p.Offer == offer.Key })
		if at < 0 {
			continue
		}
		// What is charged is what the provider says, whatever this build was told.
		offer.Tokens, offer.Amount, offer.Currency = prices[at].Tokens, prices[at].Amount, prices[at].Currency
		goods = append(goods, Good{Offer: offer, Rail: billing.Stripe})
	}
	return goods, nil
}

// Checkout leads to the page on which an offer is paid. Returns unavailable where nothing is sold, not_found, already_exists for
// a second plan.
func (s Shop) Checkout(ctx context.Context, account id.ID, request id.ID, key, locale string) (string, error) {
	offer, there := s.Offers.Find(key)
	if !there {
		return "", fault.New(fault.NotFound, "There is no such offer.")
	}
	customer, err := s.customer(ctx, account)
	if err != nil {
		return "", err
	}
	if offer.Kind == billing.Plan {
		live, err := s.Provider.Live(ctx, customer)
		if err != nil {
			return "", err
		}
		if len(live) > 0 {
			return "", fault.New(fault.AlreadyExists, "There is a plan already. It can be changed after it has ended.")
		}
	}
	if err := s.Provider.ExpireSessions(ctx, customer, request.String()); err != nil {
		return "", err
	}
	// The same for every repetition within the hour, which the provider insists on; 30 minutes to pay at least.
	ends := s.Now().UTC().Truncate(time.Hour).Add(95 * time.Minute)
	return s.Provider.Checkout(ctx, Order{AccountID: account, Customer: customer, Offer: offer, Request: request.String(), ExpiresAt: ends,
		Locale: locale, Back: s.Origin + "/billing"}, s.key("createCheckout", account, request))
}

// Portal leads to the page on which a plan is cancelled and resumed. Returns unavailable where nothing is sold.
func (s Shop) Portal(ctx context.Context, account, request id.ID, locale string) (string, error) {
	customer, err := s.customer(ctx, account)
	if err != nil {
		return "", err
	}
	return s.Provider.Portal(ctx, customer, s.Origin+"/billing", locale, s.key("createPortal", account, request))
}

func (s Shop) customer(ctx context.Context, account id.ID) (string, error) {
	if ready, err := s.Provider.Ready(ctx); err != nil {
		return "", err
	} else if !ready {
		return "", fault.New(fault.Unavailable, "Nothing is sold here.")
	}
	customer, err := s.Projection.Customer(ctx, account)
	if err != nil || customer != "" {
		return customer, err
	}
	if customer, err = s.Provider.Customer(ctx, account); err != nil {
		return "", err
	}
	// Only a memory: the next one searches again.
	if err := s.Projection.PutCustomer(ctx, account, customer); err != nil {
		slog.WarnContext(ctx, "a customer is not remembered", "error", err)
	}
	return customer, nil
}

// key makes equal requests within an hour one at the provider.
func (s Shop) key(operation string, account, request id.ID) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%d", operation, account, request, s.Now().Unix()/3600))
	return hex.EncodeToString(sum[:])
}
