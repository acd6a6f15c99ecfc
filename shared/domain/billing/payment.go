package billing

import (
	"math/bits"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// Status is what became of a payment.
type Status string

// A pending payment was promised and has not come: a bank transfer, cash at a shop.
const (
	Pending Status = "pending"
	Paid    Status = "paid"
	Failed  Status = "failed"
)

// Payment is what somebody paid, or is to pay. Reference is the provider's id of it; a refund may be told before anything else.
type Payment struct {
	ID        id.ID
	AccountID id.ID
	Rail      Rail
	Reference string
	// Kind is empty as long as only a refund was told of it.
	Kind         Kind
	Offer        string
	Subscription string
	Status       Status
	Amount       int64
	Currency     string
	// Receipt is the address of the provider's receipt or invoice.
	Receipt string
	// Granted are the tokens that came for it, ExpiresAt is when they end; Taken those of them that were taken back, what is
	// still owed of that included. Turns counts how often any came back.
	Granted   int64
	ExpiresAt time.Time
	Taken     int64
	Turns     int
	// Refunded is how much of the amount went back, RefundOwed whether all of it shall.
	Refunded   int64
	RefundOwed bool
	CreatedAt  time.Time
	// When the provider was asked for what stands here: what was asked for earlier overwrites nothing.
	FetchedAt       time.Time
	RefundFetchedAt time.Time
}

// Target is how many of a payment's tokens should have been taken back, of which some expired by themselves.
func (p Payment) Target(withdrawn bool, expired int64) int64 {
	target := int64(0)
	switch {
	case withdrawn:
		target = p.Granted
	case p.Amount > 0 && p.Refunded > 0:
		hi, lo := bits.Mul64(uint64(p.Granted), uint64(min(p.Refunded, p.Amount))) //nolint:gosec // neither is negative
		share, _ := bits.Div64(hi, lo, uint64(p.Amount))                           //nolint:gosec // hi < amount, since refunded ≤ amount
		target = int64(share)                                                      //nolint:gosec // at most what was granted
	}
	return min(target, p.Granted-min(expired, p.Granted))
}

// Subscription is a plan that somebody pays every month.
type Subscription struct {
	Reference string
	AccountID id.ID
	Rail      Rail
	Offer     string
	// Live ones have not ended; Status is the provider's own word.
	Live      bool
	Status    string
	Cancels   bool // at the end of its month
	PeriodEnd time.Time
	// Surplus ones were made beside another that lived: they are cancelled and refunded.
	Surplus   bool
	CreatedAt time.Time
	FetchedAt time.Time
}

// Dispute is a payment that somebody's bank asks back.
type Dispute struct {
	Reference string
	AccountID id.ID
	Rail      Rail
	Payment   string // reference
	Open      bool
	// Withdrawn: the money is gone, at least for now.
	Withdrawn bool
	FetchedAt time.Time
}

// State is what is known of an account's payments: the one that a fact names and all those of plans, and all subscriptions and
// disputes.
type State struct {
	Customer      string
	Payments      []Payment
	Subscriptions []Subscription
	Disputes      []Dispute
	// Expired are the tokens of the named payment that ended by themselves.
	Expired int64
}
