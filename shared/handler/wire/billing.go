package wire

import (
	"github.com/yoriai/yoriai/shared/api"
	domain "github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/usecase/billing"
	"github.com/yoriai/yoriai/shared/usecase/payments"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// Balance is what somebody has.
func Balance(b billing.Balance) api.Balance {
	out := api.Balance{Balance: b.Balance, Held: b.Held, Available: b.Available, Owed: b.Owed, Frozen: b.Frozen, Lots: make([]api.Lot, len(b.Lots))}
	for i, l := range b.Lots {
		out.Lots[i] = api.Lot{Id: l.ID, Source: api.LotSource(l.Source), Granted: l.Granted, Remaining: l.Remaining, ExpiresAt: timeOrNull(l.ExpiresAt), CreatedAt: moment(l.CreatedAt)}
	}
	return out
}

// Offer is something that can be bought.
func Offer(g payments.Good) api.Offer {
	out := api.Offer{Key: g.Key, Kind: api.OfferKind(g.Kind), Tokens: g.Tokens, Amount: g.Amount, Currency: g.Currency, Names: g.Names}
	if days := g.ValidDays[g.Rail]; days > 0 {
		out.ValidDays = &days
	}
	return out
}

// Payment is what somebody paid.
func Payment(p domain.Payment) api.Payment {
	return api.Payment{Id: p.ID, Kind: api.PaymentKind(p.Kind), Offer: p.Offer, Status: api.PaymentStatus(p.Status), Amount: p.Amount, Currency: p.Currency,
		Refunded: p.Refunded, Tokens: p.Granted, ReceiptUrl: textOrNull(p.Receipt), CreatedAt: moment(p.CreatedAt)}
}

// PaidPlan is a plan that somebody has.
func PaidPlan(s domain.Subscription) api.PaidPlan {
	return api.PaidPlan{Offer: s.Offer, Status: s.Status, Cancels: s.Cancels, PeriodEnd: timeOrNull(s.PeriodEnd)}
}

// Transaction is one line of the books.
func Transaction(l billing.Line) api.Transaction {
	return api.Transaction{Id: l.ID, Kind: api.TransactionKind(l.Kind), Amount: l.Amount, UserId: orNull(l.Actor), RoomId: orNull(l.Answer.RoomID),
		Provider: l.Answer.Provider, Model: l.Answer.Model, Private: l.Answer.Private, CreatedAt: moment(l.At)}
}

// Usage is one group's sum.
func Usage(u billing.Usage) api.Usage {
	return api.Usage{Key: u.Key, Generations: u.Generations, InputTokens: u.Input, CachedInputTokens: u.Cached, OutputTokens: u.Output,
		ReasoningTokens: u.Reasoning, ChargedTokens: u.Charged}
}

// Spending is what one spent in a room and may spend.
func Spending(s rooms.Spending) api.Spending {
	out := api.Spending{PayerId: s.Mine.OwnerID, Month: s.Month, Spent: s.Spent, MonthlyCap: s.Cap, Left: s.Left()}
	if s.MaySeeLimits() {
		out.Limits = &api.SpendingLimits{DefaultMemberCap: s.Limits.MemberCap, MonthlyBudget: s.Limits.MonthlyBudget}
	}
	return out
}
