// Package ai holds what an AI reply is: the record of an attempt, what the model may see, what it costs, and the port to
// the models. It is pure: nothing here knows a database or a network.
package ai

import (
	"context"
	"errors"
	"iter"
	"math"
	"math/bits"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Model is one model of one provider, with its limits in tokens and its weights in charged tokens per million.
type Model struct {
	ID              string
	Provider        string
	DisplayName     string
	ContextWindow   int64
	MaxOutputTokens int64
	Price           Price
	Weights         Weights
	Vision          bool
	Streaming       bool
	Deprecated      bool
	Reasoning       Reasoning
	// Known models stand in the gateway's catalogue.
	Known bool
	// Configured models can be asked; Available ones answered when they were last looked at.
	Configured bool
	Available  bool
}

// Price is in US dollars per million tokens.
type Price struct{ Input, CachedInput, Output float64 }

// perMillion is what weights and prices are given for.
const perMillion = 1_000_000

// Weights turn provider tokens into charged tokens: integers per million. Nothing is free: a weight that is not given is
// one charged token for each of the provider's.
type Weights struct{ input, output int64 }

// NewWeights makes weights; what is not positive counts as one to one.
func NewWeights(input, output int64) Weights {
	return Weights{input: max(input, 0), output: max(output, 0)}
}

// Input is charged for a million tokens of a prompt.
func (w Weights) Input() int64 { return orOneToOne(w.input) }

// Output is charged for a million tokens of an answer.
func (w Weights) Output() int64 { return orOneToOne(w.output) }

func orOneToOne(w int64) int64 {
	if w <= 0 {
		return perMillion
	}
	return w
}

// Usage is what a call used, in the provider's tokens. The cached tokens are part of the input, those of reasoning part of
// the output.
type Usage struct {
	InputTokens       int64
	CachedInputTokens int64
	OutputTokens      int64
	ReasoningTokens   int64
	// Estimated is true when the provider gave no count.
	Estimated bool
}

// Speaker says whose words a line of a prompt is.
type Speaker string

// The speakers of a prompt.
const (
	SpeaksSystem    Speaker = "system"
	SpeaksUser      Speaker = "user"
	SpeaksAssistant Speaker = "assistant"
)

// Line is one message of a prompt.
type Line struct {
	MessageID id.ID // zero for instructions
	Speaker   Speaker
	Author    string // username; only for users
	Text      string
	Tokens    int
	Summary   bool // it stands for older messages
}

// Request is one call of a model.
type Request struct {
	RequestID       string
	RoomID          id.ID
	Provider        string
	Model           string
	Lines           []Line
	MaxOutputTokens int
	// Effort and ReasoningAllowance are for models that think; what they may think comes on top of MaxOutputTokens.
	Effort             room.Effort
	ReasoningAllowance int
}

// FinishReason is why a provider ended an answer.
type FinishReason string

// The reasons that people can see: the model was done, its tokens ran out, or a filter cut it.
const (
	Stop          FinishReason = "stop"
	Length        FinishReason = "length"
	ContentFilter FinishReason = "content_filter"
)

// Chunk is what a stream brings: a sign of thinking, or text, or usage, or the end with its reason.
type Chunk struct {
	Thinking *Thinking
	Text     string
	Usage    *Usage
	Finish   FinishReason
}

// Thinking is a sign of a model that thinks before it speaks; never part of its answer.
type Thinking struct {
	// Text is more of what the provider shows of it; often nothing.
	Text string
	// Elapsed is the time since the call began, Tokens what was thought so far as far as anybody tells.
	Elapsed time.Duration
	Tokens  int64
}

// Failure is how a provider's call ended badly. Its code is shown to people as the message's error_code.
type Failure struct {
	Code       string
	RetryAfter time.Duration
	Cause      error
}

// Error is for logs; providers' messages stay in the cause.
func (f *Failure) Error() string { return "llm: " + f.Code }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// FailureCode is the error_code for err: unavailable if it is no Failure.
func FailureCode(err error) string {
	var f *Failure
	if errors.As(err, &f) {
		return f.Code
	}
	return "unavailable"
}

// LLM calls models; it is implemented by the gateway's client.
type LLM interface {
	// Stream yields text as it comes, then usage, then the end; or an error, a *Failure, after which nothing follows.
	// Cancelling ctx cancels the provider's call at once.
	Stream(ctx context.Context, r Request) iter.Seq2[Chunk, error]
	// EstimateTokens counts a prompt, one count for each line.
	EstimateTokens(ctx context.Context, r Request) ([]int, error)
	// Models lists what can be asked.
	Models(ctx context.Context) ([]Model, error)
}

// Terms are fixed when a question is asked: how much may be sent and answered, and what is held for it.
type Terms struct {
	Provider     string
	Model        string
	PromptBudget int
	ReplyCap     int // words that people see
	// ReasoningAllowance is what the model may think on top, at this effort.
	Effort             room.Effort
	ReasoningAllowance int
	Hold               int64
	Weights            Weights
	// Rates are what the house pays.
	Rates Rates
}

// The limits of a prompt where the model's own are wider, or unknown.
const (
	maxPromptBudget = 64000
	unknownWindow   = 8192
)

// Quote makes the terms for a question: at most half of a small window goes to the reply, thinking included. Providers
// count thinking against their own cap, so where that is small, words and thinking share it.
func Quote(m Model, roomReplyCap int, effort room.Effort) Terms {
	window := m.ContextWindow
	if window <= 0 {
		window = unknownWindow
	}
	output := window / 2
	if m.MaxOutputTokens > 0 {
		output = min(output, m.MaxOutputTokens)
	}
	reply := max(min(int64(roomReplyCap), output), 1)
	thinking := min(m.Reasoning.Allowance(effort), max(output-reply, output/2))
	reply = max(min(reply, output-thinking), 1)
	prompt := max(min(window-reply-thinking, maxPromptBudget), 1)
	t := Terms{Provider: m.Provider, Model: m.ID, PromptBudget: int(prompt), ReplyCap: int(reply), Effort: effort, ReasoningAllowance: int(thinking), Weights: m.Weights,
		Rates: RatesOf(m.Price)}
	t.Hold = Cost(t.Weights, prompt, reply+thinking)
	return t
}

// Cheaper are the terms at every effort that may think less: what nobody asked for gives way before a question is refused.
func Cheaper(m Model, roomReplyCap int, effort room.Effort) []Terms {
	var all []Terms
	for _, lower := range m.Reasoning.Below(effort) {
		all = append(all, Quote(m, roomReplyCap, lower))
	}
	return all
}

// SurelyExceeds says that a text is too long whatever the provider counts: our estimate may be 30 % above its count.
func SurelyExceeds(estimate, budget int) bool { return estimate*10 > budget*13 }

// Month is the month of a cap, in UTC.
func Month(t time.Time) string { return t.UTC().Format("2006-01") }

// Cost is what tokens cost in charged tokens, rounded up once.
func Cost(w Weights, input, output int64) int64 {
	// 128 bits hold the product of any two counts; what would not fit the sum is more than anybody ever holds.
	inHigh, inLow := bits.Mul64(uint64(max(input, 0)), uint64(w.Input()))
	outHigh, outLow := bits.Mul64(uint64(max(output, 0)), uint64(w.Output()))
	low, carry := bits.Add64(inLow, outLow, 0)
	high, over := bits.Add64(inHigh, outHigh, carry)
	low, carry = bits.Add64(low, perMillion-1, 0)
	high, overUp := bits.Add64(high, 0, carry)
	if over+overUp > 0 || high >= perMillion {
		return math.MaxInt64
	}
	cost, _ := bits.Div64(high, low, perMillion)
	return int64(min(cost, math.MaxInt64))
}

// Charge is what a settled attempt costs. Nothing if the provider was never called, or failed or was lost before any text.
// What the provider finished, or somebody stopped, costs what it used, text or not. Never more than the hold: an excess is
// the house's.
func Charge(t Terms, called bool, o Outcome, u Usage) (charged, excess int64) {
	byError := o.Status == message.Failed && o.Finish == ""
	if !called || byError && o.Text == "" {
		return 0, 0
	}
	real := Cost(t.Weights, u.InputTokens, u.OutputTokens)
	return min(real, t.Hold), max(real-t.Hold, 0)
}
