package replies

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
)

// stream is one attempt while its worker holds it: the text so far, and how it is to end.
type stream struct {
	w  Worker
	mu sync.Mutex
	g  ai.Generation
	// text grows only by whole code points; sent and saved are how much of it watchers and the database have.
	text  strings.Builder
	runes int
	// thoughts is what of the thinking is shown, told when the watchers heard of it last.
	thoughts thoughts
	called   bool
	stopped  bool
	lost     bool
	cancel   context.CancelFunc // of the provider's call
	out      broadcast.Broadcast
}

func newStream(w Worker, g ai.Generation) *stream { return &stream{w: w, g: g, cancel: func() {}} }

func (s *stream) generation() ai.Generation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.g
}

// run prepares, calls and listens. The outcome is what the attempt comes to, if the lease is still held.
func (s *stream) run(ctx context.Context) (ai.Outcome, error) {
	p, err := s.w.prompt(ctx, s.g)
	switch {
	case errors.Is(err, ai.ErrMayNotBeSeen):
		return ai.Outcome{Status: message.Cancelled}, nil
	case errors.Is(err, ai.ErrTooLong):
		return ai.Outcome{Status: message.Failed, ErrorCode: ai.ContextTooLong}, nil
	case err != nil:
		return ai.Outcome{}, err
	}
	s.w.step("prepared")
	may, err := s.w.Store.Call(ctx, s.g.ID, s.g.LeaseToken, p.Tokens, p.Summary != nil)
	if err != nil {
		return ai.Outcome{}, err
	}
	if !may {
		// Stopped before it began, or the lease is gone: settling is fenced and tells the two apart.
		return ai.Outcome{Status: message.Cancelled}, nil
	}
	s.w.step("called")
	return s.listen(ctx, p.Request, p.Tokens)
}

func (s *stream) listen(ctx context.Context, request ai.Request, tokens int) (ai.Outcome, error) {
	call, cancel := context.WithTimeout(ctx, callTime(ctx))
	defer cancel()
	s.mu.Lock()
	s.g.PromptEstimate, s.g.ProviderCalledAt, s.called, s.cancel = tokens, time.Now(), true, cancel
	stopped := s.stopped
	s.mu.Unlock()
	if stopped {
		cancel()
	}
	s.out = mute{}
	if s.g.Kind == ai.Reply {
		s.out = s.w.Broadcast.Open(ctx, s.g)
	}
	var usage *ai.Usage
	var finish ai.FinishReason
	var failure error
	for chunk, err := range s.w.LLM.Stream(call, request) {
		if err != nil {
			failure = err
			break
		}
		if chunk.Thinking != nil {
			s.think(*chunk.Thinking)
		}
		if chunk.Text != "" && !s.append(chunk.Text) {
			finish = ai.Length // as long as a message may be
			cancel()
			break
		}
		if chunk.Usage != nil {
			usage = chunk.Usage
		}
		if chunk.Finish != "" {
			finish = chunk.Finish
		}
	}
	s.out.Close()
	return s.outcome(ctx, call, usage, finish, failure)
}

// callTime is what is left of the invocation, with time to settle.
func callTime(ctx context.Context) time.Duration {
	left := longestCall
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(deadline)-settleReserve)
	}
	return max(left, time.Second)
}

func (s *stream) outcome(ctx, call context.Context, usage *ai.Usage, finish ai.FinishReason, failure error) (ai.Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := ai.Outcome{Text: s.text.String(), Thinking: s.thoughts.text, Thought: s.thoughts.tokens, Usage: usage, Finish: finish}
	switch {
	case s.lost:
		return o, errLost
	case finish != "" && strings.TrimSpace(o.Text) != "":
		o.Status = message.Completed
	case finish != "":
		// It was made and is paid for, but there is nothing to read.
		o.Status, o.ErrorCode, o.Text = message.Failed, ai.EmptyReply, ""
	case s.stopped:
		o.Status = message.Cancelled
	case ctx.Err() != nil:
		return o, ctx.Err() // the invocation itself ends: the watchdog will see to it
	case errors.Is(call.Err(), context.DeadlineExceeded):
		o.Status, o.ErrorCode = message.Failed, "timeout"
	default:
		o.Status, o.ErrorCode = message.Failed, ai.FailureCode(failure)
	}
	return o, nil
}

// append adds what a provider sent; false once the text is as long as a message may be.
func (s *stream) append(text string) bool {
	text = printable(text)
	s.mu.Lock()
	room := message.MaxReplyBytes - s.text.Len()
	full := len(text) > room
	if full {
		for room > 0 && !utf8.RuneStart(text[room]) {
			room--
		}
		text = text[:room]
	}
	offset := s.runes
	s.text.WriteString(text)
	s.runes += utf8.RuneCountInString(text)
	s.mu.Unlock()
	s.out.Send(offset, text)
	if offset == 0 {
		s.w.step("streaming")
	}
	return !full
}

// printable replaces what no text holds: broken UTF-8, U+0000 and the other control characters, which would make an answer
// several times as long on the wire as the bytes that its limit counts.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < 0x20 && r != '\n' && r != '\t' && r != '\r' || r == 0x7F {
			return utf8.RuneError
		}
		return r
	}, text)
}

// pulse keeps the lease, saves the text and hears Stop until the returned function is called.
func (s *stream) pulse(ctx context.Context) (end func()) {
	done := make(chan struct{})
	finished := make(chan struct{})
	hint, unsubscribe := s.w.Stops.Subscribe(ctx, s.g.MessageID)
	go func() {
		defer close(finished)
		ticker := time.NewTicker(s.w.Pace.Checkpoint)
		defer ticker.Stop()
		last := time.Now()
		for {
			select {
			case <-done:
				return
			case <-hint:
				hint = nil // once; the database says whether it is true
				last = time.Time{}
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if s.beat(ctx, time.Since(last)) {
				last = time.Now()
			}
		}
	}()
	return func() { close(done); <-finished; unsubscribe() }
}

// beat writes what is due after so much time, and tells whether it wrote.
func (s *stream) beat(ctx context.Context, since time.Duration) bool {
	s.mu.Lock()
	called, text, g := s.called, s.text.String(), s.g
	progress := Progress{Text: text, Thinking: s.thoughts.text, Thought: s.thoughts.tokens}
	s.mu.Unlock()
	due := s.w.Pace.Checkpoint / 2
	if len(text) > largeText {
		due = 3*s.w.Pace.Checkpoint - s.w.Pace.Checkpoint/2
	}
	var stop, held bool
	var err error
	switch {
	case called && since >= due:
		if g.Kind == ai.Reply {
			s.w.Running.Set(ctx, g.MessageID, g.Number, text)
		}
		stop, held, err = s.w.Store.Checkpoint(ctx, g.ID, g.LeaseToken, progress)
	case !called && since >= renewEvery:
		stop, held, err = s.w.Store.Renew(ctx, g.ID, g.LeaseToken)
	default:
		return false
	}
	if err != nil {
		// The lease runs on for a while; the next beat may reach the database again.
		slog.WarnContext(ctx, "checkpoint failed", "message_id", g.MessageID, "error", err)
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped, s.lost = s.stopped || stop, s.lost || !held
	if stop || !held {
		s.cancel()
	}
	return true
}
