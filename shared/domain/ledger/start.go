package ledger

import "github.com/yoriai/yoriai/shared/domain/id"

// Start is what a new account gets as long as its address is not proved, and what all of them together may get in a day
// (UTC); zero: no bound.
type Start struct{ Tokens, PerDay int64 }

// StartReason stands in the books beside free tokens of new accounts.
const StartReason = "start"

// Grant is a new account's, once so much was given today; false for nothing.
func (s Start) Grant(account id.ID, today int64) (Grant, bool) {
	amount := s.Tokens
	if s.PerDay > 0 {
		amount = min(amount, s.PerDay-today)
	}
	return Grant{Kind: Granted, Source: FromStart, Key: "unproved:" + account.String(), Amount: amount, Reason: StartReason}, amount > 0
}
