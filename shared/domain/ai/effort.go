package ai

import (
	"cmp"
	"slices"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Reasoning says whether and how a model thinks before it answers.
type Reasoning struct {
	Mode ReasoningMode
	// Efforts are those that a request may name.
	Efforts []room.Effort
	// Allowances is what the model may need to think, in tokens.
	Allowances map[room.Effort]int64
	// Usual is what the model does if nobody says.
	Usual room.Effort
}

// ReasoningMode says whether a model thinks.
type ReasoningMode string

// The modes: never, when asked to, and whatever it is asked.
const (
	NeverThinks  ReasoningMode = "none"
	MayThink     ReasoningMode = "optional"
	AlwaysThinks ReasoningMode = "always"
)

// Thinks says whether the model may spend tokens that nobody reads.
func (r Reasoning) Thinks() bool { return r.Mode == MayThink || r.Mode == AlwaysThinks }

// Takes says whether a request may name the effort.
func (r Reasoning) Takes(e room.Effort) bool {
	return e == room.DefaultEffort || r.Thinks() && slices.Contains(r.Efforts, e)
}

// Allowance is what the model may think at an effort, on top of the words that people see. What the list does not say is taken
// at the dearest, as the gateway takes it: nobody else would pay for it.
func (r Reasoning) Allowance(e room.Effort) int64 {
	if e == room.DefaultEffort {
		e = r.Usual
	}
	if r.Mode != AlwaysThinks && (r.Mode != MayThink || e == room.NoEffort || e == room.DefaultEffort || e == "") {
		return 0
	}
	if tokens, known := r.Allowances[e]; known {
		return max(tokens, 0)
	}
	dearest := int64(0)
	for _, tokens := range r.Allowances {
		dearest = max(dearest, tokens)
	}
	return dearest
}

// Below are the efforts that the model takes and that may think less than this one, the most first.
func (r Reasoning) Below(e room.Effort) []room.Effort {
	var lower []room.Effort
	for _, other := range r.Efforts {
		if r.Takes(other) && r.Allowance(other) < r.Allowance(e) {
			lower = append(lower, other)
		}
	}
	slices.SortFunc(lower, func(a, b room.Effort) int { return cmp.Compare(r.Allowance(b), r.Allowance(a)) })
	return lower
}

// CheckEffort returns validation_failed for an effort that the model does not take.
func CheckEffort(m Model, e room.Effort) error {
	switch {
	case m.Reasoning.Takes(e):
		return nil
	case !m.Reasoning.Thinks():
		return fault.Invalid("effort", "this model does not think before it answers")
	}
	return fault.Invalid("effort", "this model does not take that effort")
}

// ChooseEffort is the effort of a question: its own, which the model must take, or else the room's wherever the model takes
// that. Returns validation_failed.
func ChooseEffort(m Model, asked, wished room.Effort) (room.Effort, error) {
	if asked != "" {
		return asked, CheckEffort(m, asked)
	}
	if m.Reasoning.Takes(wished) {
		return wished, nil
	}
	return room.DefaultEffort, nil
}
