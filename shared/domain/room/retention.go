package room

import (
	"fmt"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// For how many days messages may be kept, and how long before a shorter time holds everybody in the room can read of it.
const (
	MinRetentionDays = 30
	MaxRetentionDays = 3650
	RetentionNotice  = 7 * day
	day              = 24 * time.Hour
)

// Retention is for how many days a room keeps its messages; zero is for ever.
type Retention struct {
	Days int
	// Announced holds from NextAt on; that is zero where nothing is announced.
	Announced int
	NextAt    time.Time
}

// CheckRetention returns validation_failed for what is no retention, or longer than the installation keeps anything; zero as
// a bound is none.
func CheckRetention(days, bound int) error {
	switch {
	case days != 0 && (days < MinRetentionDays || days > MaxRetentionDays):
		return fault.Invalid("days", "must be null, or lie between 30 and 3,650")
	case bound > 0 && longer(days, bound):
		return fault.Invalid("days", fmt.Sprintf("must be at most %d here", bound))
	}
	return nil
}

// longer says whether one number of days keeps messages longer than another.
func longer(days, than int) bool { return than != 0 && (days == 0 || days > than) }

// At is the retention at a moment: what was announced for it, or before it, holds.
func (r Retention) At(now time.Time) Retention {
	if r.NextAt.IsZero() || now.Before(r.NextAt) {
		return r
	}
	return Retention{Days: r.Announced}
}

// Change is the retention after somebody wished for another: longer holds at once, shorter is announced. Who wishes for what is
// announced already changes nothing, who wishes for what holds takes the announcement back.
func (r Retention) Change(days int, now time.Time) Retention {
	r = r.At(now)
	switch {
	case days == r.Days || longer(days, r.Days):
		return Retention{Days: days}
	case !r.NextAt.IsZero() && days == r.Announced:
		return r
	}
	return Retention{Days: r.Days, Announced: days, NextAt: now.Add(RetentionNotice)}
}

// Bound is the change that the installation wishes for: nothing is kept longer than so many days.
func (r Retention) Bound(days int, now time.Time) Retention {
	r = r.At(now)
	if !longer(r.Days, days) || !r.NextAt.IsZero() && !longer(r.Announced, days) {
		return r
	}
	return r.Change(days, now)
}

// Keeps is the place from which on messages are kept; false if all are.
func (r Retention) Keeps(now time.Time) (from id.ID, bounded bool) {
	r = r.At(now)
	if r.Days == 0 {
		return id.ID{}, false
	}
	return id.Floor(now.Add(-time.Duration(r.Days) * day)), true
}
