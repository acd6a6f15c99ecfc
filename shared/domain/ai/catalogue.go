package ai

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

// Catalogue lists the models that this installation offers; it is asked often, so it remembers.
type Catalogue interface {
	// Models returns unavailable if none were ever heard of.
	Models(ctx context.Context) ([]Model, error)
}

// Choose completes a choice: of the model itself, of a provider's first, or of any. A named model need not be up, which its
// call will tell; what no list knows has no price, so it is not asked. Returns model_unavailable if there is none.
func Choose(models []Model, provider, model string) (Model, error) {
	for _, m := range models {
		if provider != "" && m.Provider != provider {
			continue
		}
		if model == "" && m.Available && !m.Deprecated || model != "" && m.ID == model && m.Configured {
			return m, nil
		}
	}
	return Model{}, fault.New(fault.ModelUnavailable, "This model is not available here.")
}
