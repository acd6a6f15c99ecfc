package ai

import (
	"sort"

	"github.com/yoriai/yoriai/shared/domain/room"
)

// What a prompt is held for beside the lines that it would take, the shortest answer that is worth asking for, and how much of
// the history goes along even when little is affordable.
const (
	promptMargin = 256
	minReply     = 256
	TailMessages = 10
)

// Size is what would be sent, by our own estimate, from a snapshot before the room's lock: the messages that could go along,
// and of them the newest TailMessages; both with what the question and the instructions add.
type Size struct {
	Question     int
	Instructions int
	History      int
	Tail         int
}

// MaxPrompt is the largest prompt budget that any of the models has: more of a history need not be counted.
func MaxPrompt(models []Model, roomReplyCap int) int {
	most := 0
	for _, m := range models {
		for _, effort := range append([]room.Effort{room.DefaultEffort}, m.Reasoning.Efforts...) {
			most = max(most, Quote(m, roomReplyCap, effort).PromptBudget)
		}
	}
	return most
}

// Holding narrows terms to what would be sent, and to what is affordable: first the prompt gives way as far as the newest
// messages, then the reply, then the prompt down to the question alone. False if not even the question with a short reply is
// affordable.
func (t Terms) Holding(s Size, affordable int64) (Terms, bool) {
	part := func(history, margin int) int {
		return min(t.PromptBudget, ceilTenth(s.Question+s.Instructions+history)+margin)
	}
	whole, tail, least := part(s.History, promptMargin), part(s.Tail, promptMargin), part(0, 0)
	shortest := min(minReply, t.ReplyCap)
	fits := func(prompt, reply int) bool { return t.cost(prompt, reply) <= affordable }
	// most is the largest number between two that fits, of which the lower one does.
	most := func(low, high int, fits func(n int) bool) int {
		return low + sort.Search(high-low, func(n int) bool { return !fits(low + n + 1) })
	}
	switch {
	case !fits(least, shortest):
		return t, false
	case fits(tail, t.ReplyCap):
		t.PromptBudget = most(tail, whole, func(n int) bool { return fits(n, t.ReplyCap) })
	case fits(tail, shortest):
		t.ReplyCap = most(shortest, t.ReplyCap, func(n int) bool { return fits(tail, n) })
		t.PromptBudget = tail
	default:
		t.PromptBudget = most(least, tail, func(n int) bool { return fits(n, shortest) })
		t.ReplyCap = shortest
	}
	t.Hold = t.cost(t.PromptBudget, t.ReplyCap)
	return t, true
}

// cost is what so much prompt and so many words may cost; what the model may think besides stays as it is.
func (t Terms) cost(prompt, reply int) int64 {
	return Cost(t.Weights, int64(prompt), int64(reply+t.ReasoningAllowance))
}

// ceilTenth is a tenth more, rounded up: our estimate may be 5 % below the provider's count.
func ceilTenth(n int) int { return (n*11 + 9) / 10 }

// Range is what an answer to a prompt may cost, from a short one to the longest that is held for.
func (t Terms) Range(prompt int) (least, most Estimated) {
	short, long := int64(min(minReply, t.ReplyCap)), int64(t.ReplyCap+t.ReasoningAllowance)
	at := func(reply int64) Estimated {
		u := Usage{InputTokens: int64(prompt), OutputTokens: reply}
		return Estimated{Charged: Cost(t.Weights, u.InputTokens, u.OutputTokens), NanoUSD: t.Rates.Cost(u)}
	}
	return at(short), at(long)
}

// Estimated is a cost that nobody has caused yet: in charged tokens, and as its provider would ask it.
type Estimated struct{ Charged, NanoUSD int64 }
