// Package offers reads what can be bought.
package offers

import (
	"fmt"

	"github.com/BurntSushi/toml"

	"github.com/yoriai/yoriai/shared/domain/billing"
)

// Read reads the file of this build.
func Read() (billing.Offers, error) { return Parse(billing.File) }

// Parse returns an error for a file that holds what nobody reads, or what must not be sold.
func Parse(text string) (billing.Offers, error) {
	var doc struct {
		Currency string
		Offers   []struct {
			Key, Kind      string
			Tokens, Amount int64
			Names          map[string]string
			ValidDays      map[billing.Rail]int `toml:"valid_days"`
		}
	}
	meta, err := toml.Decode(text, &doc)
	if err != nil {
		return nil, fmt.Errorf("the offers: %w", err)
	}
	if left := meta.Undecoded(); len(left) > 0 {
		return nil, fmt.Errorf("the offers: nobody reads %v", left)
	}
	var list billing.Offers
	for _, o := range doc.Offers {
		list = append(list, billing.Offer{Key: o.Key, Kind: billing.Kind(o.Kind), Tokens: o.Tokens, Amount: o.Amount, Currency: doc.Currency,
			Names: o.Names, ValidDays: o.ValidDays})
	}
	return list, list.Validate()
}
