package change

import (
	"fmt"
	"maps"
	"slices"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// Asking is what a decision must know to hold tokens for an answer: how large its prompt would be, from a snapshot before the
// room's lock, and then what the room's payer has.
type Asking struct {
	// Before is the message that ends what would be sent; zero: the room's newest.
	Before id.ID
	// Private is whose private messages may go along; nobody's go along with a public question. With Before it is whoever asks
	// again: that question itself says whether it is private.
	Private id.ID
	// Budget is where counting may end.
	Budget int
	// Look locks nothing, since nothing will be written, and adds the payer to the situation's people.
	Look bool
}

// Payer is the account that pays for a room: its owner's.
func (s Situation) Payer() id.ID { return s.Room.OwnerID }

// size adds the question and the instructions to what the history comes to.
func (s Situation) size(question int) ai.Size {
	size := s.Size
	size.Question = question
	if s.Room.AIInstructions != "" {
		size.Instructions = ai.Estimate(s.Room.AIInstructions)
	}
	return size
}

// Hold holds tokens for a generation, and narrows its terms to what would be sent and what is affordable: first within its own
// terms, then within each of the cheaper ones. It is the last check of a question. Returns account_frozen, rate_limited, insufficient_balance, cap_reached.
func (p *Plan) Hold(s Situation, g ai.Generation, question int, cheaper ...ai.Terms) (ai.Generation, error) {
	book, open := p.books[s.Payer()]
	if !open {
		return g, fmt.Errorf("room %s asks without its payer's account", s.Room.ID)
	}
	if err := book.MayAsk(s.Spending); err != nil {
		return g, err
	}
	size := s.size(question)
	var terms ai.Terms
	enough, rich := false, false
	for _, offer := range append([]ai.Terms{g.Terms}, cheaper...) {
		if terms, enough = offer.Holding(size, min(book.Available(), s.Spending.Left())); enough {
			break
		}
		_, could := offer.Holding(size, book.Available())
		rich = rich || could
	}
	switch {
	case enough:
	case rich:
		return g, fault.New(fault.CapReached, "The limit for this month is reached.")
	default:
		return g, fault.New(fault.InsufficientBalance, "The payer's balance is not enough for this question.")
	}
	g.PayerID, g.Terms = book.ID, terms
	book.Place(ledger.Hold{GenerationID: g.ID, AccountID: book.ID, RoomID: g.RoomID, UserID: g.RequestedBy, Month: ai.Month(s.AccountsAt), Amount: terms.Hold})
	return g, nil
}

// settle ends the hold of an attempt with what it came to. Without a hold nothing is charged: it ended before, or the attempt
// is older than the ledger.
func (p *Plan) settle(g ai.Generation, s ai.Settlement) ai.Settlement {
	hold, held := p.holds[g.ID]
	if !held {
		s.Charged, s.Excess = 0, 0
		return s
	}
	book, open := p.books[hold.AccountID]
	if !open {
		p.fail(fmt.Errorf("generation %s ends without its payer's account", g.ID))
		return s
	}
	delete(p.holds, g.ID)
	var used *ledger.Usage
	if !g.ProviderCalledAt.IsZero() {
		u := s.Usage
		used = &ledger.Usage{Provider: g.Terms.Provider, Model: g.Terms.Model, Private: g.Visibility == message.Private, Kind: string(g.Kind), Input: u.InputTokens,
			Cached: min(u.CachedInputTokens, u.InputTokens), Output: u.OutputTokens, Reasoning: min(u.ReasoningTokens, u.OutputTokens), CostNanoUSD: s.CostNanoUSD}
	}
	book.End(hold, s.Charged, hold.UserID, used)
	// A notice of a private answer would tell the payer when somebody asked.
	if g.Visibility == message.Public {
		p.notified[hold.AccountID] = true
	}
	return s
}

// Notify tells a payer that their account changed.
func (p *Plan) Notify(account id.ID) { p.notified[account] = true }

// Book is an account's book, whose lock the needs took; nil if they did not.
func (p *Plan) Book(account id.ID) *ledger.Book { return p.books[account] }

// Books are the accounts that change, by ascending ids.
func (p *Plan) Books() (list []*ledger.Book) {
	for _, account := range slices.SortedFunc(maps.Keys(p.books), id.ID.Compare) {
		if b := p.books[account]; b.Changed() {
			list = append(list, b)
		}
	}
	return list
}

// openBooks opens the book of each account that is locked.
func (s Situation) openBooks() map[id.ID]*ledger.Book {
	books := map[id.ID]*ledger.Book{}
	for _, a := range s.Accounts {
		books[a.ID] = ledger.Open(a, s.AccountsAt)
	}
	return books
}
