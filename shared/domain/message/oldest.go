package message

import "github.com/yoriai/yoriai/shared/domain/id"

// Oldest is a message at the beginning of a room's history, as far as it decides what may go.
type Oldest struct {
	ID id.ID
	// Sequence is zero for a private one.
	Sequence int64
	// AnsweredBy is the answer that it has.
	AnsweredBy id.ID
	// Running says that its answer is being written, or itself.
	Running bool
}

// Gone is how many of a room's oldest messages may go: those before a place, an answer with its question or not at all, and
// none from the first on that is waiting for an answer. stopped says that what follows must stay.
func Gone(oldest []Oldest, before id.ID) (n int, stopped bool) {
	var needs id.ID
	for i, m := range oldest {
		if m.Running || m.ID.Compare(before) >= 0 {
			return n, true
		}
		if m.AnsweredBy.Compare(needs) > 0 {
			needs = m.AnsweredBy
		}
		if needs.Compare(m.ID) <= 0 {
			n = i + 1
		}
	}
	return n, false
}
