package gateway

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
)

// keepFor is how old a list of models may be; prices and limits change rarely, availability is told by the call itself.
const keepFor = 60 * time.Second

// askAgain is how soon a gateway that did not answer is asked again; until then the list of before serves. So soon, too, one
// that just lost a provider: a pause of a few seconds must not keep it off the list for a minute.
const askAgain = 5 * time.Second

// Catalogue remembers the gateway's models for a minute, and longer while the gateway is away.
type Catalogue struct {
	llm    ai.LLM
	offer  ai.Offer
	mu     sync.Mutex
	models []ai.Model
	read   time.Time
	down   bool // a provider that could be asked did not answer its last call
}

// NewCatalogue makes a catalogue of what is offered; it has read nothing yet.
func NewCatalogue(llm ai.LLM, offer ai.Offer) *Catalogue { return &Catalogue{llm: llm, offer: offer} }

// Models lists every model; unavailable if the gateway was never heard of.
func (c *Catalogue) Models(ctx context.Context) ([]ai.Model, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.read) < keepFor && !(c.down && time.Since(c.read) >= askAgain) {
		return c.models, nil
	}
	models, err := c.llm.Models(ctx)
	switch {
	case err == nil:
		c.models, c.read = c.offer.Of(models), time.Now()
		c.down = slices.ContainsFunc(c.models, func(m ai.Model) bool { return m.Configured && !m.Available })
	case c.models == nil:
		return nil, fault.Wrap(fault.Unavailable, "The models cannot be listed right now.", err)
	default:
		c.down = false
		c.read = time.Now().Add(askAgain - keepFor)
	}
	return c.models, nil
}
