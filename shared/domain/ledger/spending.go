package ledger

import (
	"math"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

// How often an account may fail for free within a time: nobody burns the house's money by pressing Retry.
const (
	MaxFreeFailures  = 5
	FreeFailuresTime = time.Hour
)

// Spending is what one person has spent in one room in one month, what is held for them included, with what they may; and
// how often the payer's questions failed for free lately.
type Spending struct {
	Spent     int64
	Cap       *int64 // nil: none
	RoomSpent int64
	Budget    *int64 // of the whole room; nil: none
	// FreeFailures are those of the last hour, FirstFailure is the oldest of them.
	FreeFailures int
	FirstFailure time.Time
}

// Left is what cap and budget leave; all there is where there is neither.
func (s Spending) Left() int64 {
	left := int64(math.MaxInt64)
	if s.Cap != nil {
		left = min(left, *s.Cap-s.Spent)
	}
	if s.Budget != nil {
		left = min(left, *s.Budget-s.RoomSpent)
	}
	return max(left, 0)
}

// MayAsk returns account_frozen, or rate_limited after too many free failures.
func (b *Book) MayAsk(s Spending) error {
	if !b.FrozenAt.IsZero() {
		return fault.New(fault.AccountFrozen, "The payer's account is frozen until a dispute is settled.")
	}
	if s.FreeFailures >= MaxFreeFailures {
		return &fault.Error{Code: fault.RateLimited, Detail: "Too many questions failed for free. Try again later.",
			RetryAfter: max(s.FirstFailure.Add(FreeFailuresTime).Sub(b.now), time.Second)}
	}
	return nil
}
