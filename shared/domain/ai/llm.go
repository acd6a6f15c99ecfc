// Package ai holds what an AI reply is: the record of an attempt, what the model may see, what it costs, and the port to
// the models. It is pure: nothing here knows a database or a network.
package ai

import (
	"context"
	"errors"
	"iter"
	"math"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
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
	Available       bool
}

// Price is in US dollars per million tokens.
type Price struct{ Input, CachedInput, Output float64 }

// Weights turn provider tokens into charged tokens: integers per million.
type Weights struct{ Input, Output int64 }

// Usage is what a call used, in the provider's tokens.
type Usage struct {
	InputTokens  int64
	OutputTokens int64
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
}

// Request is one call of a model.
type Request struct {
	RequestID       string
	RoomID          id.ID
	Provider        string
	Model           string
	Lines           []Line
	MaxOutputTokens int
}

// Piece is what a stream brings: text, or usage, or the end.
type Piece struct {
	Text     string
	Usage    *Usage
	Finished bool
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
	Stream(ctx context.Context, r Request) iter.Seq2[Piece, error]
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
	ReplyCap     int
	Hold         int64
	Weights      Weights
}

// The limits of a prompt where the model's own are wider, or unknown.
const (
	maxPromptBudget = 64000
	unknownWindow   = 8192
	minReplyCap     = 256
)

// Quote makes the terms for a question: at most half of a small window goes to the reply.
func Quote(m Model, roomReplyCap int) Terms {
	window := m.ContextWindow
	if window <= 0 {
		window = unknownWindow
	}
	reply := int64(roomReplyCap)
	if m.MaxOutputTokens > 0 {
		reply = min(reply, m.MaxOutputTokens)
	}
	reply = max(min(reply, window/2), 1)
	prompt := max(min(window-reply, maxPromptBudget), 1)
	t := Terms{Provider: m.Provider, Model: m.ID, PromptBudget: int(prompt), ReplyCap: int(reply), Weights: m.Weights}
	t.Hold = Cost(t.Weights, prompt, reply)
	return t
}

// Cost is what tokens cost in charged tokens, rounded up once.
func Cost(w Weights, input, output int64) int64 {
	return int64(math.Ceil(float64(input)*float64(w.Input)/1e6 + float64(output)*float64(w.Output)/1e6))
}

// Charge is what a settled attempt costs. Nothing if the provider was never called, or failed or was lost before any
// text; a stopped one its prompt and what came of the text. Never more than the hold: an excess is the house's.
func Charge(t Terms, called, stopped, hadText bool, u Usage) (charged, excess int64) {
	if !called || (!hadText && !stopped) {
		return 0, 0
	}
	real := Cost(t.Weights, u.InputTokens, u.OutputTokens)
	return min(real, t.Hold), max(real-t.Hold, 0)
}
