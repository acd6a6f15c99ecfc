package identity

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Suspensions stores who may not sign in.
type Suspensions interface {
	// Suspend ends every session of the person's in one transaction with the suspension, and tells which there were, those
	// that ended shortly before included: their tokens may still be about. Returns not_found.
	Suspend(ctx context.Context, username, reason string, now time.Time) (person id.ID, sessions []id.ID, err error)
	// Reinstate lets the person sign in again; somebody who is not suspended stays as they are. Returns not_found.
	Reinstate(ctx context.Context, username string) error
}

// maxReason is how long the reason of a suspension may be, in code points.
const maxReason = 500

// Suspend ends all that a person can do: their sessions are revoked and denied, their sockets taken. Doing it again ends again
// what failed before. Returns not_found, validation_failed, unavailable.
func (i *Identity) Suspend(ctx context.Context, s Suspensions, username, reason string, now time.Time) error {
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > maxReason {
		return fault.Invalid("reason", "must have 1 to 500 characters")
	}
	person, sessions, err := s.Suspend(ctx, username, reason, now)
	return errors.Join(err, i.EndAll(ctx, person, sessions))
}
