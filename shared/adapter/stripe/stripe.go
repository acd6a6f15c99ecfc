// Package stripe speaks to Stripe: payments.Provider. What it tells of Stripe's objects is reduced to facts; nothing is decided
// here that belongs to the books.
package stripe

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/payments"
)

// APIVersion is what this code was written for: webhooks come in it.
const APIVersion = sdk.APIVersion

// Keys open a Stripe account. Two webhook secrets are good while one is rolled.
type Keys struct {
	APIKey         string
	WebhookSecrets []string
}

// Stripe is one account, or one sandbox, of a stage.
type Stripe struct {
	// Keys are asked for at each use: they may be written down after a deployment.
	Keys func(ctx context.Context) (Keys, error)
	// URL is empty for Stripe itself.
	URL string
	// Stage stands on every customer, so that nobody takes another stage's for theirs.
	Stage string
	Now   func() time.Time

	mu     sync.Mutex
	key    string
	client *sdk.Client
	prices []price
	priced time.Time
}

var _ payments.Provider = (*Stripe)(nil)

// The names under which customers, prices and payments carry what we must know of them.
const (
	metaUser    = "user_id"
	metaStage   = "stage"
	metaOffer   = "offer"
	metaTokens  = "tokens"
	metaRequest = "request"
)

const (
	retries = 2
	timeout = 8 * time.Second
)

// open is the client of the present key.
func (s *Stripe) open(ctx context.Context) (*sdk.Client, error) {
	keys, err := s.Keys(ctx)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "Payments cannot be reached now.", err)
	}
	if keys.APIKey == "" {
		return nil, fault.New(fault.Unavailable, "Nothing is sold here.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil || s.key != keys.APIKey {
		config := &sdk.BackendConfig{HTTPClient: &http.Client{Timeout: timeout}, MaxNetworkRetries: sdk.Int64(retries), EnableTelemetry: sdk.Bool(false),
			LeveledLogger: &sdk.LeveledLogger{Level: sdk.LevelNull}}
		if s.URL != "" {
			config.URL = sdk.String(s.URL)
		}
		s.client, s.key, s.priced = sdk.NewClient(keys.APIKey, sdk.WithBackends(sdk.NewBackendsWithConfig(config))), keys.APIKey, time.Time{}
	}
	return s.client, nil
}

// Ready implements payments.Provider.
func (s *Stripe) Ready(ctx context.Context) (bool, error) {
	keys, err := s.Keys(ctx)
	if err != nil {
		return false, fault.Wrap(fault.Unavailable, "Payments cannot be reached now.", err)
	}
	return keys.APIKey != "", nil
}

// price is a payments.Price with what Stripe calls it.
type price struct {
	payments.Price
	id string
}

const pricesFresh = 5 * time.Minute

// listPrices are those in use, by their look-up keys.
func (s *Stripe) listPrices(ctx context.Context, c *sdk.Client) ([]price, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.prices != nil && s.Now().Sub(s.priced) < pricesFresh {
		return s.prices, nil
	}
	var list []price
	for p, err := range c.V1Prices.List(ctx, &sdk.PriceListParams{Active: sdk.Bool(true), ListParams: sdk.ListParams{Limit: sdk.Int64(100)}}).All(ctx) {
		if err != nil {
			return nil, failed(err)
		}
		tokens, err := strconv.ParseInt(p.Metadata[metaTokens], 10, 64)
		if p.LookupKey == "" || p.LookupKey != p.Metadata[metaOffer] || err != nil || tokens <= 0 {
			continue // not ours
		}
		list = append(list, price{id: p.ID, Price: payments.Price{Offer: p.LookupKey, Tokens: tokens, Amount: p.UnitAmount, Currency: string(p.Currency)}})
	}
	s.prices, s.priced = list, s.Now()
	return list, nil
}

// Prices implements payments.Provider.
func (s *Stripe) Prices(ctx context.Context) ([]payments.Price, error) {
	c, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.listPrices(ctx, c)
	out := make([]payments.Price, len(list))
	for i, p := range list {
		out[i] = p.Price
	}
	return out, err
}

// Customer implements payments.Provider. A search may not know yet who was made a moment ago: the key keeps them one.
func (s *Stripe) Customer(ctx context.Context, account id.ID) (string, error) {
	c, err := s.open(ctx)
	if err != nil {
		return "", err
	}
	query := "metadata['" + metaUser + "']:'" + account.String() + "' AND metadata['" + metaStage + "']:'" + s.Stage + "'"
	for found, err := range c.V1Customers.Search(ctx, &sdk.CustomerSearchParams{SearchParams: sdk.SearchParams{Query: query, Limit: sdk.Int64(1)}}).All(ctx) {
		if err != nil {
			return "", failed(err)
		}
		return found.ID, nil
	}
	params := &sdk.CustomerCreateParams{Metadata: s.metadata(account)}
	params.SetIdempotencyKey("customer|" + s.Stage + "|" + account.String())
	made, err := c.V1Customers.Create(ctx, params)
	if err != nil {
		return "", failed(err)
	}
	return made.ID, nil
}

func (s *Stripe) metadata(account id.ID) map[string]string {
	return map[string]string{metaUser: account.String(), metaStage: s.Stage}
}

// Live implements payments.Provider.
func (s *Stripe) Live(ctx context.Context, customer string) ([]billing.SubscriptionFact, error) {
	c, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	return live(ctx, c, customer)
}

// failed turns Stripe's errors into ours: what it answers is no fault of who asked us, unless they asked for something else under
// the same key.
func failed(err error) error {
	var e *sdk.Error
	if errors.As(err, &e) {
		if e.Type == sdk.ErrorTypeIdempotency && e.Code != sdk.ErrorCodeIdempotencyKeyInUse {
			return fault.New(fault.IdempotencyMismatch, "This key was used for another request.")
		}
		slog.Warn("stripe refused", "status", e.HTTPStatusCode, "code", string(e.Code), "type", string(e.Type), "request", e.RequestID)
	}
	return fault.Wrap(fault.Unavailable, "Payments cannot be reached now.", err)
}

// missing says that Stripe knows nothing under an id, or no longer.
func missing(err error) bool {
	var e *sdk.Error
	return errors.As(err, &e) && (e.HTTPStatusCode == http.StatusNotFound || e.Code == sdk.ErrorCodeResourceMissing)
}

// asked is when Stripe answered. Its own clock tells seconds only, in which several things may happen: ours tells the part of the
// second, and all of it as long as both agree.
func asked(r sdk.APIResource, now time.Time) time.Time {
	now = now.UTC().Truncate(time.Microsecond)
	if r.LastResponse == nil {
		return now
	}
	at, err := http.ParseTime(r.LastResponse.Header.Get("Date"))
	if apart := now.Sub(at); err != nil || apart > -time.Second && apart < 2*time.Second {
		return now
	}
	return at.UTC().Add(now.Sub(now.Truncate(time.Second)))
}
