package ai

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Catalogue lists the models that this installation offers; it is asked often, so it remembers.
type Catalogue interface {
	// Models returns unavailable if none were ever heard of.
	Models(ctx context.Context) ([]Model, error)
}

// Choose completes a choice: of the model itself, of a provider's first, or of any. A named model need not be up, which its
// call will tell; what no list knows has no price, so it is not asked. Returns model_not_allowed for one that the room does
// not allow, model_unavailable if there is none.
func Choose(models []Model, allowed room.ModelList, provider, model string) (Model, error) {
	refused := false
	for _, m := range models {
		if provider != "" && m.Provider != provider {
			continue
		}
		if model == "" && m.Available && !m.Deprecated || model != "" && m.ID == model && m.Configured {
			if allowed.Allows(m.Provider, m.ID) {
				return m, nil
			}
			refused = true
		}
	}
	if refused {
		return Model{}, fault.New(fault.ModelNotAllowed, "This room does not allow this model.")
	}
	return Model{}, fault.New(fault.ModelUnavailable, "This model is not available here.")
}

// Offer is what an installation lets people ask: those of its list, and models that no catalogue knows only if it says so,
// since nobody can tell what they cost.
type Offer struct {
	Allowed room.ModelList
	Unknown bool
}

// Of is the models that are offered.
func (o Offer) Of(models []Model) []Model {
	offered := make([]Model, 0, len(models))
	for _, m := range models {
		if o.Allowed.Allows(m.Provider, m.ID) && (m.Known || o.Unknown) {
			offered = append(offered, m)
		}
	}
	return offered
}
