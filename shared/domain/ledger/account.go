// Package ledger keeps tokens: what an account has, what is held of it for answers that are being written, and what it was
// charged. Everything is whole tokens; a balance is always the sum of its transactions and of what its lots have left. It is
// pure: a Book is one account under its lock, and every rule about money is one of its methods.
package ledger

import (
	"cmp"
	"slices"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// MaxBalance is the largest number that every client reads exactly: 2^53 - 1.
const MaxBalance int64 = 1<<53 - 1

// Account is who pays. A person's account has the person's id.
type Account struct {
	ID id.ID
	// Balance is what there is, Held the part of it that is promised: Balance ≥ Held ≥ 0.
	Balance, Held int64
	// Owed is what was to be taken back and could not: whatever comes, repays it first.
	Owed int64
	// LastTransaction is the newest entry in the books; the next one's id is greater.
	LastTransaction id.ID
	FrozenAt        time.Time
	// Lots are those that have something left.
	Lots []Lot
}

// Source is where a lot came from.
type Source string

// The sources.
const (
	FromStart        Source = "start"        // free tokens of a new account
	FromGrant        Source = "grant"        // given by whoever runs the installation
	FromPurchase     Source = "purchase"     // a pack
	FromSubscription Source = "subscription" // a month of a plan
)

// Lot is tokens that came together, and end together.
type Lot struct {
	ID        id.ID
	Source    Source
	Key       string // of the grant that made it
	Granted   int64
	Remaining int64
	ExpiresAt time.Time // zero: never
	RevokedAt time.Time // zero, unless its payment was taken back
	Payment   string    // at the payment provider, empty if it was free
	CreatedAt time.Time
}

func (l Lot) revoked() bool { return !l.RevokedAt.IsZero() }

func (l Lot) expired(now time.Time) bool { return !l.ExpiresAt.IsZero() && !l.ExpiresAt.After(now) }

// inOrderOfSpending puts first what ends first. What was revoked goes last: the house is owed it.
func inOrderOfSpending(a, b Lot) int {
	never := func(l Lot) int {
		if l.ExpiresAt.IsZero() {
			return 1
		}
		return 0
	}
	revoked := func(l Lot) int {
		if l.revoked() {
			return 1
		}
		return 0
	}
	return cmp.Or(revoked(a)-revoked(b), never(a)-never(b), a.ExpiresAt.Compare(b.ExpiresAt), a.ID.Compare(b.ID))
}

// Hold is what is promised for one generation. It ends once: by a charge, by nothing, or by both.
type Hold struct {
	GenerationID id.ID
	AccountID    id.ID
	RoomID       id.ID
	UserID       id.ID // who pressed
	Month        string
	Amount       int64
}

// Kind is what a transaction is.
type Kind string

// The kinds.
const (
	Granted    Kind = "grant"
	Purchased  Kind = "purchase"
	Subscribed Kind = "subscription"
	Used       Kind = "usage"
	Refunded   Kind = "refund"
	Expired    Kind = "expiry"
	Adjusted   Kind = "adjustment"
)

// Transaction is one entry of the books. It is never changed.
type Transaction struct {
	ID           id.ID
	AccountID    id.ID
	Kind         Kind
	Amount       int64
	BalanceAfter int64
	// Key is unique in all books: what came before comes no second time.
	Key    string
	Actor  id.ID
	Reason string
	At     time.Time
	// Of usage: which answer, as far as the payer may know.
	Answer Answer
}

// Answer is what usage was for; zero for any other transaction.
type Answer struct {
	GenerationID id.ID
	RoomID       id.ID
	Provider     string
	Model        string
	Private      bool
}

// sorted is a copy of an account's lots in the order in which they are spent.
func (a Account) sorted() []Lot {
	lots := slices.Clone(a.Lots)
	slices.SortFunc(lots, inOrderOfSpending)
	return lots
}
