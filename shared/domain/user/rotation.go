package user

import (
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// RefreshToken is one token of a session's family. Depth counts the rotations before it; siblings share it.
type RefreshToken struct {
	ID        id.ID
	ParentID  id.ID
	Depth     int
	ExpiresAt time.Time
	UsedAt    time.Time
	RevokedAt time.Time
}

func (t RefreshToken) used() bool    { return !t.UsedAt.IsZero() }
func (t RefreshToken) revoked() bool { return !t.RevokedAt.IsZero() }
func (t RefreshToken) unspent() bool { return !t.used() && !t.revoked() }

// Outcome is what happens to a presented refresh token.
type Outcome int

// The outcomes.
const (
	// Refuse changes nothing: the token expired, or lost a race a moment ago.
	Refuse Outcome = iota
	// Rotate spends the token and gives it a child.
	Rotate
	// GiveSibling gives a spent token one more child: the first may never have arrived.
	GiveSibling
	// RevokeFamily ends the session: a token came again after its successors were in use, or after the session had ended.
	RevokeFamily
)

// Decision is an outcome and the tokens that it revokes.
type Decision struct {
	Outcome Outcome
	Revoke  []id.ID
}

// Decide is the rule of rotation and of reuse detection.
//
// An unspent token rotates; whatever else is unspent and stands no later in the chain is revoked with it, so that of two
// siblings only the one lives on that was used first. A spent token gets a sibling within ReuseGrace of its rotation (two
// tabs: both children stand until one is used) and as long as no later token was used (a lost answer: the unused child is
// revoked at once). Anything else means that two people hold the chain, and ends it.
//
// A token of a session that has ended ends it again for as long as access tokens of it may be about: whoever was to deny them
// may have failed.
func Decide(s Session, presented RefreshToken, family []RefreshToken, now time.Time) Decision {
	switch {
	case s.ended() && now.Sub(s.RevokedAt) <= AccessLifetime:
		return Decision{Outcome: RevokeFamily}
	case s.ended():
		return Decision{Outcome: Refuse}
	case presented.revoked():
		if now.Sub(presented.RevokedAt) <= ReuseGrace {
			return Decision{Outcome: Refuse}
		}
		return Decision{Outcome: RevokeFamily}
	case !now.Before(presented.ExpiresAt):
		return Decision{Outcome: Refuse}
	case !presented.used():
		return Decision{Outcome: Rotate, Revoke: unspent(family, func(t RefreshToken) bool {
			return t.ID != presented.ID && t.Depth <= presented.Depth
		})}
	case now.Sub(presented.UsedAt) <= ReuseGrace:
		return Decision{Outcome: GiveSibling}
	case !laterUsed(family, presented.Depth):
		return Decision{Outcome: GiveSibling, Revoke: unspent(family, func(t RefreshToken) bool {
			return t.Depth > presented.Depth
		})}
	}
	return Decision{Outcome: RevokeFamily}
}

func unspent(family []RefreshToken, which func(RefreshToken) bool) []id.ID {
	var ids []id.ID
	for _, t := range family {
		if t.unspent() && which(t) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

func laterUsed(family []RefreshToken, depth int) bool {
	for _, t := range family {
		if t.Depth > depth && t.used() {
			return true
		}
	}
	return false
}

// Revoked says that a refresh revoked its whole family, or that it was revoked before. It unwraps to unauthenticated; who catches it denies the session.
type Revoked struct{ Session Session }

func (r *Revoked) Error() string {
	return "refresh token reused: session " + r.Session.ID.String() + " revoked"
}

// Unwrap makes a Revoked an unauthenticated for everybody else.
func (r *Revoked) Unwrap() error {
	return fault.New(fault.Unauthenticated, "This session has ended. Sign in again.")
}
