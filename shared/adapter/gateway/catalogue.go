package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
)

// keepFor is how old a list of models may be; prices and limits change rarely, availability is told by the call itself.
const keepFor = 60 * time.Second

// askAgain is how soon a gateway that did not answer is asked again; until then the list of before serves.
const askAgain = 5 * time.Second

// Catalogue remembers the gateway's models for a minute, and longer while the gateway is away.
type Catalogue struct {
	llm    ai.LLM
	mu     sync.Mutex
	models []ai.Model
	read   time.Time
}

// NewCatalogue makes a catalogue that has read nothing yet.
func NewCatalogue(llm ai.LLM) *Catalogue { return &Catalogue{llm: llm} }

// Models lists every model; unavailable if the gateway was never heard of.
func (c *Catalogue) Models(ctx context.Context) ([]ai.Model, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.read) < keepFor {
		return c.models, nil
	}
	models, err := c.llm.Models(ctx)
	switch {
	case err == nil:
		c.models, c.read = models, time.Now()
	case c.models == nil:
		return nil, fault.Wrap(fault.Unavailable, "The models cannot be listed right now.", err)
	default:
		c.read = time.Now().Add(askAgain - keepFor)
	}
	return c.models, nil
}

// Choose completes a choice: the model itself, a provider's first that is available, or any. A named model that the
// catalogue does not know passes if its provider does: gateways pass unknown models through. While the gateway is away
// and was never heard of, a named model passes too: the question is kept, and its answer fails visibly.
func (c *Catalogue) Choose(ctx context.Context, provider, model string) (ai.Model, error) {
	models, err := c.Models(ctx)
	if err != nil && provider != "" && model != "" {
		return ai.Model{ID: model, Provider: provider}, nil
	}
	providerKnown := false
	for _, m := range models {
		sameProvider := provider == "" || m.Provider == provider
		providerKnown = providerKnown || provider != "" && sameProvider && m.Available
		if sameProvider && (model == "" && m.Available && !m.Deprecated || model != "" && m.ID == model && m.Available) {
			return m, nil
		}
	}
	if providerKnown && model != "" {
		return ai.Model{ID: model, Provider: provider}, nil
	}
	return ai.Model{}, fault.New(fault.ModelUnavailable, "This model is not available here.")
}
