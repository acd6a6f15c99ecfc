package change_test

import (
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// asking is a room whose owner has tokens.
func asking(tokens int64) change.Situation {
	s := situation()
	s.Room.OwnerID = aki
	s.Accounts = []ledger.Account{{ID: aki, Balance: tokens, Lots: []ledger.Lot{{ID: id.New(), Granted: tokens, Remaining: tokens}}}}
	s.AccountsAt = now
	s.Size = ai.Size{History: 1000, Tail: 100}
	return s
}

// A model's usual thinking gives way before a question is refused; a thought that was asked for does not.
func TestLessThoughtIsHeldWhereMoreIsNotAffordable(t *testing.T) {
	t.Parallel()
	deep, some := quote, quote
	deep.ReasoningAllowance, some.ReasoningAllowance = 8000, 500
	for tokens, want := range map[int64]int{30_000: 8000, 5000: 500, 1100: 0, 400: -1} {
		s := asking(tokens)
		p := s.Plan(aki, change.Needs{Order: change.InOrder})
		g, err := p.Hold(s, ai.Generation{ID: id.New(), RoomID: roomID, RequestedBy: aki, Terms: deep}, 10, some, quote)
		if want < 0 {
			if !fault.Is(err, fault.InsufficientBalance) {
				t.Errorf("%d tokens: %v", tokens, err)
			}
		} else if err != nil || g.Terms.ReasoningAllowance != want || g.Terms.Hold > tokens {
			t.Errorf("%d tokens: %+v %v", tokens, g.Terms, err)
		}
	}
}

var quote = ai.Terms{Provider: "p", Model: "m", PromptBudget: 4000, ReplyCap: 2000, Weights: ai.NewWeights(1_000_000, 2_000_000)}

func TestAHoldIsWhatWouldBeSent(t *testing.T) {
	t.Parallel()
	n := func(v int64) *int64 { return &v }
	frozen := asking(10_000)
	frozen.Accounts[0].FrozenAt = now
	failed := asking(10_000)
	failed.Spending = ledger.Spending{FreeFailures: 5, FirstFailure: now.Add(-50 * time.Minute)}
	capped := asking(10_000)
	capped.Spending = ledger.Spending{Cap: n(5000), Spent: 4600}
	spent := asking(10_000)
	spent.Spending = ledger.Spending{Cap: n(5000), Spent: 3000}
	for name, c := range map[string]struct {
		s             change.Situation
		prompt, reply int
		hold          int64
		want          fault.Code
	}{
		// ceil(1.1 · (10 + 1000)) + 256 and 2000 · 2
		"all of it":                {asking(10_000), 1367, 2000, 5367, ""},
		"the prompt gives way":     {asking(5000), 1000, 2000, 5000, ""},
		"as far as the last ten":   {asking(4377), 377, 2000, 4377, ""},
		"then the reply":           {asking(4376), 377, 1999, 4375, ""},
		"then the prompt again":    {asking(600), 88, 256, 600, ""},
		"down to the question":     {asking(523), 11, 256, 523, ""},
		"not even that":            {asking(522), 0, 0, 0, fault.InsufficientBalance},
		"nothing":                  {asking(0), 0, 0, 0, fault.InsufficientBalance},
		"what is left of a cap":    {spent, 377, 811, 1999, ""},
		"a cap that is used up":    {capped, 0, 0, 0, fault.CapReached},
		"a frozen account":         {frozen, 0, 0, 0, fault.AccountFrozen},
		"too many failed for free": {failed, 0, 0, 0, fault.RateLimited},
	} {
		p := c.s.Plan(aki, change.Needs{Order: change.InOrder})
		g, err := p.Hold(c.s, ai.Generation{ID: id.New(), RoomID: roomID, RequestedBy: aki, Terms: quote}, 10)
		if fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err != nil {
			if len(p.Books()) != 0 {
				t.Errorf("%s: something is held", name)
			}
			continue
		}
		if g.Terms.PromptBudget != c.prompt || g.Terms.ReplyCap != c.reply || g.Terms.Hold != c.hold || g.PayerID != aki {
			t.Errorf("%s: %+v", name, g.Terms)
		}
		if held := p.Books()[0].Placed(); len(held) != 1 || held[0].Amount != c.hold || held[0].Month != "2026-11" {
			t.Errorf("%s: %+v", name, held)
		}
	}
}

// What nothing is held for was settled before, or is older than the ledger: it costs nothing, whoever settles it again.
func TestWithoutAHoldNothingIsCharged(t *testing.T) {
	t.Parallel()
	g, question, answer := attempt(message.Public)
	s := paid(situation(), g)
	s.Holds = nil
	p := s.Plan(aki, change.ToEnd(g))
	if got := p.End(g, done, &question, &answer); got.Charged != 0 || got.Excess != 0 {
		t.Errorf("%+v", got)
	}
	if len(p.Books()) != 0 {
		t.Error("the books changed")
	}
}

func TestAnExcessIsTheHouses(t *testing.T) {
	t.Parallel()
	g, question, answer := attempt(message.Public)
	g.Terms.Rates = ai.Rates{Input: 2_000_000_000, CachedInput: 500_000_000, Output: 8_000_000_000}
	p := paid(situation(), g).Plan(aki, change.ToEnd(g))
	o := ai.Outcome{Status: message.Completed, Text: "long", Usage: &ai.Usage{InputTokens: 900, CachedInputTokens: 400, OutputTokens: 300}}
	s := p.End(g, o, &question, &answer)
	if s.Charged != 1000 || s.Excess != 200 || s.CostNanoUSD != 500*2000+400*500+300*8000 {
		t.Errorf("%+v", s)
	}
	ended := p.Books()[0].Ended()
	if len(ended) != 1 || ended[0].Charged != 1000 || ended[0].Usage.CostNanoUSD != s.CostNanoUSD {
		t.Errorf("%+v", ended)
	}
}

// The payer is told of public answers only: a notice of a private one would say when somebody asked.
func TestThePayerIsGivenNoticeOfPublicAnswers(t *testing.T) {
	t.Parallel()
	for visibility, want := range map[message.Visibility]int{message.Public: 1, message.Private: 0} {
		g, question, answer := attempt(visibility)
		s := paid(situation(), g)
		if visibility == message.Private {
			s.Streams = map[id.ID]int64{g.AskerID: 1}
		}
		p := s.Plan(aki, change.ToEnd(g))
		if got := p.End(g, done, &question, &answer); got.Charged == 0 || p.Err() != nil {
			t.Fatal(got, p.Err())
		}
		var notices []string
		for _, row := range p.Owed() {
			if strings.Contains(row.Body, `"notice"`) {
				notices = append(notices, row.Body)
			}
		}
		payer := p.Books()[0].ID
		if len(notices) != want || want == 1 && notices[0] != outbox.NewNotice(payer, outbox.BalanceChanged, payer).Body {
			t.Errorf("%s: %v", visibility, notices)
		}
	}
}

// What failed by an error before any text costs its payer nothing, and the house what it was.
func TestAFreeFailureIsUsageAllTheSame(t *testing.T) {
	t.Parallel()
	g, question, answer := attempt(message.Public)
	p := paid(situation(), g).Plan(aki, change.ToEnd(g))
	s := p.End(g, ai.Outcome{Status: message.Failed, ErrorCode: "overloaded"}, &question, &answer)
	b := p.Books()[0]
	if s.Charged != 0 || len(b.Entries()) != 0 || len(b.Ended()) != 1 || b.Ended()[0].Usage == nil || b.Held != 0 {
		t.Errorf("%+v %+v", s, b.Ended())
	}
}
