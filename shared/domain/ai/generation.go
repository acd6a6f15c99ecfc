package ai

import (
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// How long a worker's lease lasts without renewal, and how long a question may wait for its first one.
const (
	LeaseTime      = 20 * time.Second
	NeverStarted   = 10 * time.Minute
	LookAgainAfter = 30 * time.Second
	// MaxUnfinished is how many answers one asker may have running in one room.
	MaxUnfinished = 3
	// MaxThinkingBytes is how much is kept of what a model shows of its thinking.
	MaxThinkingBytes = 32 << 10
)

// The error codes that Yoriai itself gives an attempt; a provider's failure keeps its own.
const (
	WorkerLost     = "worker_lost"
	NotStarted     = "not_started"
	EmptyReply     = "empty_reply"
	ContextTooLong = "context_too_long"
)

// Kind is what a generation makes.
type Kind string

// A reply answers a question; a summary stands for what no prompt has room for.
const (
	Reply   Kind = "reply"
	Summary Kind = "summary"
)

// Attempt is the place of a generation at the message that it writes: the first try, the second, …
type Attempt struct {
	MessageID id.ID
	Number    int
}

// Covers is a stretch of a room, both ends included.
type Covers struct{ From, To id.ID }

// Generation is the record of one attempt at one answer, or one summary. Its id is what jobs, leases, fences and holds name.
type Generation struct {
	ID   id.ID
	Kind Kind
	Attempt
	RoomID id.ID
	// Covers is what a summary is made of, the one before it included.
	Covers           Covers
	QuestionID       id.ID
	AskerID          id.ID
	RequestedBy      id.ID // who pressed: the asker, or whoever asked again
	PayerID          id.ID
	Terms            Terms
	Visibility       message.Visibility
	Status           message.Status
	LeaseToken       id.ID
	LeaseUntil       time.Time
	RequeuedAt       time.Time
	ProviderCalledAt time.Time
	FirstTextAt      time.Time
	StopRequestedAt  time.Time
	PromptEstimate   int
	Text             string
	// Thinking is what the provider showed of it, bounded; Thought how many tokens it came to when it was last counted.
	Thinking      string
	Thought       int64
	Usage         *Usage
	ChargedTokens *int64
	CostNanoUSD   int64 // what the house paid
	FinishReason  FinishReason
	ErrorCode     string
	CreatedAt     time.Time
	SettledAt     time.Time
}

// Latency is the time from the question to the end; nil while it runs.
func (g Generation) Latency() *time.Duration {
	if g.SettledAt.IsZero() {
		return nil
	}
	d := g.SettledAt.Sub(g.CreatedAt)
	return &d
}

// Outcome is how a worker, or whoever finds a dead one, ends an attempt.
type Outcome struct {
	Status    message.Status
	ErrorCode string
	Finish    FinishReason // empty unless the provider said why it ended
	Text      string
	Thinking  string
	Thought   int64  // tokens, as far as the provider told
	Usage     *Usage // nil: estimated from the prompt, the text and what was thought
}

// Settlement is what an ended attempt used and costs. An excess over the hold is the house's, and must be seen.
type Settlement struct {
	Usage   Usage
	Charged int64
	Excess  int64
	// CostNanoUSD is what the house paid, charged or not.
	CostNanoUSD int64
}

// Settle says what an outcome comes to. It is the one place that prices an end.
func Settle(g Generation, o Outcome) Settlement {
	usage := UsageOf(g, o)
	charged, excess := Charge(g.Terms, !g.ProviderCalledAt.IsZero(), o, usage)
	return Settlement{Usage: usage, Charged: charged, Excess: excess, CostNanoUSD: g.Terms.Rates.Cost(usage)}
}

// End writes an outcome and what it comes to into the record.
func (g Generation) End(o Outcome, s Settlement) Generation {
	g.Status, g.ErrorCode, g.FinishReason, g.Text = o.Status, o.ErrorCode, o.Finish, o.Text
	g.Thinking = o.Thinking
	g.Usage, g.ChargedTokens, g.CostNanoUSD = &s.Usage, &s.Charged, s.CostNanoUSD
	return g
}

// Verdict says what is to be done about an attempt that nobody may be working on.
type Verdict int

// The verdicts of Judge.
const (
	Settled   Verdict = iota // nothing to do
	LookAgain                // somebody works on it, or may yet begin
	Requeue                  // nobody called the provider: once more
	End                      // end it with the outcome
)

// Judge decides about an attempt at a moment of the database's clock. The provider is never called twice for one
// attempt, so what was called and lost its worker ends here.
func Judge(g Generation, now time.Time) (Verdict, Outcome) {
	leased := !g.LeaseUntil.IsZero()
	alive := leased && g.LeaseUntil.After(now)
	called := !g.ProviderCalledAt.IsZero()
	stopped := !g.StopRequestedAt.IsZero()
	waitsSince := g.CreatedAt
	if !g.RequeuedAt.IsZero() {
		waitsSince = g.RequeuedAt
	}
	switch {
	case !g.Status.Open():
		return Settled, Outcome{}
	case alive:
		return LookAgain, Outcome{}
	case stopped:
		return End, Outcome{Status: message.Cancelled, Text: g.Text, Thinking: g.Thinking, Thought: g.Thought}
	case called:
		return End, Outcome{Status: message.Failed, ErrorCode: WorkerLost, Text: g.Text, Thinking: g.Thinking, Thought: g.Thought}
	case leased && g.RequeuedAt.IsZero():
		return Requeue, Outcome{}
	case leased && g.LeaseUntil.After(g.RequeuedAt), now.Sub(waitsSince) >= NeverStarted:
		return End, Outcome{Status: message.Failed, ErrorCode: NotStarted}
	}
	return LookAgain, Outcome{}
}

// UsageOf is what an attempt used: the provider's count, or the estimate of the prompt and the text that came.
func UsageOf(g Generation, o Outcome) Usage {
	if o.Usage != nil {
		return *o.Usage
	}
	if g.ProviderCalledAt.IsZero() {
		return Usage{}
	}
	u := Usage{InputTokens: int64(g.PromptEstimate), ReasoningTokens: max(o.Thought, g.Thought), Estimated: true}
	u.OutputTokens = u.ReasoningTokens
	if o.Text != "" {
		u.OutputTokens += int64(Estimate(o.Text) - perMessage)
	}
	return u
}
