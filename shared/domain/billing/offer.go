// Package billing is what can be bought, and what became of it: offers, payments, subscriptions and disputes, and the facts that
// a payment provider tells of them. It is pure; the books themselves are the ledger's.
package billing

import (
	_ "embed" // the offers
	"fmt"
	"regexp"

	"github.com/yoriai/yoriai/shared/domain/ledger"
)

// Rail is by whom something is paid for.
type Rail string

// Stripe is the one rail there is.
const Stripe Rail = "stripe"

// Kind is how something is sold.
type Kind string

// A pack is paid once, a plan every month.
const (
	Pack Kind = "pack"
	Plan Kind = "plan"
)

// Languages are those in which offers have names.
var Languages = []string{"en", "ja"}

// File is the offers as they are written down.
//
//go:embed offers.toml
var File string

// Offer is something that can be bought.
type Offer struct {
	Key    string
	Kind   Kind
	Tokens int64
	// Amount is its price in the currency's smallest unit.
	Amount   int64
	Currency string
	Names    map[string]string
	// ValidDays is how long a pack's tokens are good.
	ValidDays map[Rail]int
}

// Offers is all of them, in the order in which they are shown.
type Offers []Offer

var (
	offerKey     = regexp.MustCompile(`^[a-z][a-z0-9_]{2,39}$`)
	currencyCode = regexp.MustCompile(`^[a-z]{3}$`)
)

// maxAmount is the largest that Stripe takes: eight digits.
const maxAmount = 99_999_999

// Validate returns an error for what must not be sold: negative or zero packs and prices, keys that are there twice, names that
// are missing.
func (o Offers) Validate() error {
	seen := map[string]bool{}
	for _, offer := range o {
		if err := offer.validate(); err != nil {
			return fmt.Errorf("offer %q: %w", offer.Key, err)
		}
		if seen[offer.Key] {
			return fmt.Errorf("offer %q is there twice", offer.Key)
		}
		seen[offer.Key] = true
	}
	return nil
}

func (o Offer) validate() error {
	switch {
	case !offerKey.MatchString(o.Key):
		return fmt.Errorf("a key is %s", offerKey)
	case o.Kind != Pack && o.Kind != Plan:
		return fmt.Errorf("kind %q is neither pack nor plan", o.Kind)
	case o.Tokens <= 0 || o.Tokens > ledger.MaxBalance:
		return fmt.Errorf("%d tokens are not 1 to %d", o.Tokens, ledger.MaxBalance)
	case o.Amount <= 0 || o.Amount > maxAmount:
		return fmt.Errorf("an amount of %d is not 1 to %d", o.Amount, maxAmount)
	case !currencyCode.MatchString(o.Currency):
		return fmt.Errorf("currency %q is not three small letters", o.Currency)
	case o.Kind == Plan && len(o.ValidDays) > 0:
		return fmt.Errorf("a plan's tokens are good for its month: no valid_days")
	}
	for rail, days := range o.ValidDays {
		if rail != Stripe || days <= 0 {
			return fmt.Errorf("valid_days %s = %d", rail, days)
		}
	}
	for _, language := range Languages {
		if o.Names[language] == "" {
			return fmt.Errorf("it has no name in %s", language)
		}
	}
	return nil
}

// Find is the offer of a key.
func (o Offers) Find(key string) (Offer, bool) {
	for _, offer := range o {
		if offer.Key == key {
			return offer, true
		}
	}
	return Offer{}, false
}
