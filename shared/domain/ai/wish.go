package ai

import "github.com/yoriai/yoriai/shared/domain/room"

// Wish is what somebody wants for one answer. Without a model the room's answers, and without an effort the room's is taken.
type Wish struct {
	Provider, Model string
	Effort          room.Effort
}

// Terms quotes the answer as a room gives it: of the whole model, and cheaper ones that may be taken instead where no effort is
// named. Returns model_unavailable, model_not_allowed, validation_failed.
func (w Wish) Terms(models []Model, in room.Room) (whole Terms, cheaper []Terms, err error) {
	if w.Provider == "" && w.Model == "" {
		w.Provider, w.Model = in.AIProvider, in.AIModel
	}
	model, err := Choose(models, in.AllowedModels, w.Provider, w.Model)
	if err != nil {
		return whole, nil, err
	}
	effort, err := ChooseEffort(model, w.Effort, in.Effort)
	if err != nil {
		return whole, nil, err
	}
	if w.Effort == "" {
		cheaper = Cheaper(model, in.MaxReplyTokens, effort)
	}
	return Quote(model, in.MaxReplyTokens, effort), cheaper, nil
}
