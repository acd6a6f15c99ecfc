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
