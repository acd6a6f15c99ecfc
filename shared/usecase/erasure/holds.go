package erasure

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// SubjectKind is what a legal hold keeps.
type SubjectKind string

// The kinds: a person with all that they wrote, or a room with all that stands in it.
const (
	HeldUser SubjectKind = "user"
	HeldRoom SubjectKind = "room"
)

// Hold keeps something from every purge.
type Hold struct {
	Kind    SubjectKind
	Subject id.ID
	// Until is when it ends by itself; zero: when it is lifted.
	Until  time.Time
	Reason string
}

// Validate returns validation_failed for what holds nothing, or says no reason.
func (h Hold) Validate(now time.Time) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(h.Reason)); {
	case h.Kind != HeldUser && h.Kind != HeldRoom:
		return fault.Invalid("kind", "must be user or room")
	case n < 1 || n > 500:
		return fault.Invalid("reason", "must have 1 to 500 characters")
	case !h.Until.IsZero() && !h.Until.After(now):
		return fault.Invalid("until", "must lie in the future")
	}
	return nil
}

// HoldStore stores legal holds.
type HoldStore interface {
	// Put places a hold, or another one on the same subject. Returns not_found if there is no such person or room.
	Put(ctx context.Context, h Hold) error
	// Lift ends a hold. Returns not_found if there is none.
	Lift(ctx context.Context, subject id.ID) error
	// Held says whether a person or a room is held at a moment; a room also for those who are or were in it.
	Held(ctx context.Context, kind SubjectKind, subject id.ID, at time.Time) (bool, error)
}

// Place places a legal hold. Returns validation_failed, not_found.
func Place(ctx context.Context, s HoldStore, h Hold, now time.Time) error {
	if err := h.Validate(now); err != nil {
		return err
	}
	h.Reason = strings.TrimSpace(h.Reason)
	return s.Put(ctx, h)
}
