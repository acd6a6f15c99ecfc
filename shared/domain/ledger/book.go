package ledger

import (
	"fmt"
	"slices"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Book is one account under its lock, and what is written into it. Opening it drains what has ended.
type Book struct {
	Account
	now time.Time

	entries []Transaction
	placed  []Hold
	ended   []Ended
	made    map[id.ID]bool // lots that are new
	touched map[id.ID]bool // lots that were there and changed
	expired map[string]int64
	owed    int64 // when it was opened
	err     error
}

// Ended is a hold that is gone, with what it came to.
type Ended struct {
	Hold
	Charged int64
	// Usage is what the provider counted; nil if it was never called.
	Usage *Usage
}

// Usage is what one answer adds to the account's day.
type Usage struct {
	Provider, Model string
	Private         bool
	Kind            string // reply or summary
	Input, Cached   int64
	Output          int64
	Reasoning       int64
	CostNanoUSD     int64 // what the house paid
}

// Open opens an account's book at a moment of the database's clock.
func Open(a Account, now time.Time) *Book {
	a.Lots = a.sorted()
	b := &Book{Account: a, now: now, made: map[id.ID]bool{}, touched: map[id.ID]bool{}, expired: map[string]int64{}, owed: a.Owed}
	b.drain()
	return b
}

// Now is when the book was opened.
func (b *Book) Now() time.Time { return b.now }

// Available is what may be promised: nothing that has ended is part of it.
func (b *Book) Available() int64 { return b.Balance - b.Held }

// Place promises a part of what is available.
func (b *Book) Place(h Hold) {
	if h.Amount <= 0 || h.Amount > b.Available() {
		b.fail("a hold of %d with %d available", h.Amount, b.Available())
		return
	}
	b.Held += h.Amount
	b.placed = append(b.placed, h)
}

// End ends a hold with what is charged of it, at most all of it; the rest is free again. What had ended and was covered by
// the hold is drained.
func (b *Book) End(h Hold, charged int64, actor id.ID, u *Usage) {
	if charged < 0 || charged > h.Amount || h.Amount > b.Held {
		b.fail("a charge of %d to a hold of %d with %d held", charged, h.Amount, b.Held)
		return
	}
	b.Held -= h.Amount
	b.ended = append(b.ended, Ended{Hold: h, Charged: charged, Usage: u})
	if charged > 0 {
		t := Transaction{Kind: Used, Amount: -charged, Key: "usage:" + h.GenerationID.String(), Actor: actor,
			Answer: Answer{GenerationID: h.GenerationID, RoomID: h.RoomID}}
		if u != nil {
			t.Answer.Provider, t.Answer.Model, t.Answer.Private = u.Provider, u.Model, u.Private
		}
		b.spend(charged)
		b.enter(t)
	}
	b.drain()
}

// Grant is tokens that come into an account.
type Grant struct {
	Kind      Kind
	Source    Source
	Key       string
	Amount    int64
	ExpiresAt time.Time
	Payment   string
	Actor     id.ID
	Reason    string
}

// Grant adds a lot. Returns validation_failed for what is no amount, and for more than an account can hold.
func (b *Book) Grant(g Grant) error {
	switch {
	case g.Amount <= 0:
		return fault.Invalid("amount", "must be positive")
	case g.Amount > MaxBalance-b.Balance:
		return fault.Invalid("amount", "is more than an account can hold")
	case !g.ExpiresAt.IsZero() && !g.ExpiresAt.After(b.now):
		return fault.Invalid("expires_at", "has passed")
	}
	l := Lot{ID: id.New(), Source: g.Source, Key: g.Key, Granted: g.Amount, Remaining: g.Amount, ExpiresAt: g.ExpiresAt, Payment: g.Payment, CreatedAt: b.now}
	b.made[l.ID] = true
	b.Lots = append(b.Lots, l)
	slices.SortFunc(b.Lots, inOrderOfSpending)
	b.enter(Transaction{Kind: g.Kind, Amount: g.Amount, Key: g.Key, Actor: g.Actor, Reason: g.Reason})
	b.drain()
	return nil
}

// TakeBack takes tokens whose payment was taken back: first what is left of that payment's own, then of the others. What is
// not there, or held, is owed.
func (b *Book) TakeBack(payment string, amount int64) {
	if amount < 0 {
		b.fail("%d tokens to take back", amount)
		return
	}
	for i := range b.Lots {
		if l := &b.Lots[i]; payment != "" && l.Payment == payment {
			part := max(0, min(l.Remaining, amount, b.Available()))
			amount -= part
			b.take(l, part, Refunded, "take")
		}
	}
	b.Owed += amount
	b.repay()
}

// GiveBack gives back what was taken wrongly: it is owed no more, and what had been taken comes again as a grant. What had
// ended meanwhile stays ended.
func (b *Book) GiveBack(g Grant) error {
	forgiven := min(b.Owed, g.Amount)
	b.Owed -= forgiven
	if g.Amount -= forgiven; g.Amount == 0 || !g.ExpiresAt.IsZero() && !g.ExpiresAt.After(b.now) {
		return nil
	}
	return b.Grant(g)
}

// Expired are the tokens of a payment that ended when the book was opened.
func (b *Book) Expired(payment string) int64 { return b.expired[payment] }

// repay takes what is owed out of what is available.
func (b *Book) repay() {
	for i := range b.Lots {
		if b.Owed == 0 {
			return
		}
		l := &b.Lots[i]
		part := max(0, min(l.Remaining, b.Owed, b.Available()))
		b.Owed -= part
		b.take(l, part, Refunded, "take")
	}
}

// Revoke takes a lot back whose payment was taken back: at once what no hold covers, the rest as holds end.
func (b *Book) Revoke(lot id.ID) {
	for i := range b.Lots {
		if l := &b.Lots[i]; l.ID == lot && !l.revoked() {
			l.RevokedAt = b.now
			b.touched[lot] = true
		}
	}
	slices.SortFunc(b.Lots, inOrderOfSpending)
	b.drain()
}

// drain takes out what has ended: of revoked lots whatever is not held, of expired ones what no hold covers. Holds are
// spent from what ends first, so they cover expired lots before any other.
func (b *Book) drain() {
	var expired int64
	for i := len(b.Lots) - 1; i >= 0; i-- {
		l := &b.Lots[i]
		if l.revoked() {
			b.take(l, min(l.Remaining, b.Balance-b.Held), Refunded, "revoke")
		} else if l.expired(b.now) {
			expired += l.Remaining
		}
	}
	uncovered := expired - min(expired, b.Held)
	for i := len(b.Lots) - 1; i >= 0 && uncovered > 0; i-- {
		if l := &b.Lots[i]; !l.revoked() && l.expired(b.now) {
			amount := min(l.Remaining, uncovered)
			uncovered -= amount
			b.expired[l.Payment] += amount
			b.take(l, amount, Expired, "expiry")
		}
	}
	b.repay()
}

// take drains a part of a lot. What is left of a lot only falls, so it numbers the parts.
func (b *Book) take(l *Lot, amount int64, kind Kind, word string) {
	if amount <= 0 {
		return
	}
	key := fmt.Sprintf("%s:%s:%d", word, l.ID, l.Remaining)
	l.Remaining -= amount
	b.touched[l.ID] = true
	b.enter(Transaction{Kind: kind, Amount: -amount, Key: key})
}

// spend takes a charge out of the lots, first from what ends first.
func (b *Book) spend(amount int64) {
	for i := range b.Lots {
		l := &b.Lots[i]
		part := min(l.Remaining, amount)
		if part == 0 {
			continue
		}
		l.Remaining -= part
		amount -= part
		b.touched[l.ID] = true
	}
	if amount > 0 {
		b.fail("lots are %d short of the balance", amount)
	}
}

func (b *Book) enter(t Transaction) {
	t.ID = b.LastTransaction.Place().Next(b.now).ID()
	t.AccountID, t.At = b.ID, b.now
	b.Balance += t.Amount
	t.BalanceAfter = b.Balance
	b.LastTransaction = t.ID
	b.entries = append(b.entries, t)
	if b.Balance < b.Held || b.Held < 0 {
		b.fail("a balance of %d with %d held", b.Balance, b.Held)
	}
}

func (b *Book) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf("the book of account %s: "+format, append([]any{b.ID}, args...)...)
	}
}

// Err tells of a book that does not add up: nothing of it may be written.
func (b *Book) Err() error { return b.err }

// Changed says whether there is anything to write.
func (b *Book) Changed() bool {
	return len(b.entries)+len(b.placed)+len(b.ended)+len(b.made)+len(b.touched) > 0 || b.Owed != b.owed
}

// Entries are the new transactions, in order.
func (b *Book) Entries() []Transaction { return b.entries }

// Placed are the new holds.
func (b *Book) Placed() []Hold { return b.placed }

// Ended are the holds that are gone.
func (b *Book) Ended() []Ended { return b.ended }

// NewLots are lots that were not there before.
func (b *Book) NewLots() []Lot {
	return slices.DeleteFunc(slices.Clone(b.Lots), func(l Lot) bool { return !b.made[l.ID] })
}

// ChangedLots are lots that were there and have less now, or were revoked.
func (b *Book) ChangedLots() []Lot {
	return slices.DeleteFunc(slices.Clone(b.Lots), func(l Lot) bool { return b.made[l.ID] || !b.touched[l.ID] })
}
