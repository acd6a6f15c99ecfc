package ai

import (
	"errors"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// View is what one question lets its answer see.
type View struct {
	Question     message.Message
	AskerID      id.ID
	Cutoff       time.Time // zero: none
	Instructions string
	Budget       int // tokens for everything that is sent
}

// May says whether m may be shown to the AI for this question. Whatever it refuses never reaches a prompt: a public
// answer built from private messages would be the worst thing this product could do.
func (v View) May(m message.Message) bool {
	settled := m.Status == message.Completed || m.Status == message.Cancelled
	switch {
	case m.ID.Compare(v.Question.ID) > 0, m.RoomID != v.Question.RoomID:
		return false
	case m.Type == message.System, !m.DeletedAt.IsZero(), m.ExcludeFromAI, m.KeptFromAI, !settled, m.Content == "":
		return false
	case !v.Cutoff.IsZero() && m.CreatedAt.Before(v.Cutoff):
		return false
	case m.Visibility == message.Public:
		return true
	}
	return m.Visibility == message.Private && v.Question.Visibility == message.Private && m.VisibleTo == v.AskerID
}

// Prompt collects what will be sent, newest first until the budget is full.
type Prompt struct {
	view   View
	asked  bool // the newest line is the question
	used   int
	newest []Line // newest first
	full   bool
	// summary stands in place of what it covers; nil where everything fits, or there is none.
	summary *RoomSummary
}

// Why a question cannot be answered.
var (
	// ErrMayNotBeSeen says that the question itself was deleted, excluded or cut off since it was asked.
	ErrMayNotBeSeen = errors.New("the question may not be seen any more")
	// ErrTooLong says that the instructions and the question alone exceed what was held.
	ErrTooLong = errors.New("the question is longer than the prompt may be")
)

// NewPrompt begins with the instructions and the question, which always go along. Returns ErrMayNotBeSeen.
func NewPrompt(v View) (*Prompt, error) {
	if !v.May(v.Question) {
		return nil, ErrMayNotBeSeen
	}
	p := Unasked(v)
	question := line(v.Question)
	p.asked = true
	p.used += question.Tokens
	p.newest = append(p.newest, question)
	return p, nil
}

// Unasked begins a prompt without a question: what would go along with one that has its place and its visibility.
func Unasked(v View) *Prompt {
	p := &Prompt{view: v}
	if v.Instructions != "" {
		p.used += Estimate(v.Instructions)
	}
	return p
}

// Offer gives the next older message; it is taken if it may be seen and fits. The first that does not fit ends the
// prompt, so that what is sent is one unbroken stretch of what may be seen.
func (p *Prompt) Offer(m message.Message) {
	if p.full || m.ID == p.view.Question.ID || !p.view.May(m) {
		return
	}
	l := line(m)
	if p.used+l.Tokens > p.view.Budget {
		p.full = true
		return
	}
	p.used += l.Tokens
	p.newest = append(p.newest, l)
}

// Full says that older messages are left out, and need not be read.
func (p *Prompt) Full() bool { return p.full }

// Leave says that older messages are left out that nobody offered.
func (p *Prompt) Leave() { p.full = true }

// Fold puts a summary in place of the messages that it covers, where older ones are left out, and drops the oldest others until
// it fits. One that holds what the question may not see is not used.
func (p *Prompt) Fold(s RoomSummary) {
	v := p.view
	if !p.full || s.To.Compare(v.Question.ID) >= 0 || !v.Cutoff.IsZero() && s.From.Time().Before(v.Cutoff) {
		return
	}
	var kept []Line
	used := s.line().Tokens
	if v.Instructions != "" {
		used += Estimate(v.Instructions)
	}
	for i, l := range p.newest {
		if question := p.asked && i == 0; !question && (s.Covers(l.MessageID) || used+l.Tokens > v.Budget) {
			break
		}
		used += l.Tokens
		kept = append(kept, l)
	}
	if used > v.Budget {
		return
	}
	p.newest, p.used, p.summary = kept, used, &s
}

// Summary is the one that goes along; nil if there is none.
func (p *Prompt) Summary() *RoomSummary { return p.summary }

// Lines is the prompt as it is sent: instructions first, then the summary, then oldest to newest, the question last.
func (p *Prompt) Lines() []Line {
	lines := make([]Line, 0, len(p.newest)+1)
	if s := p.view.Instructions; s != "" {
		lines = append(lines, Line{Speaker: SpeaksSystem, Text: s, Tokens: Estimate(s)})
	}
	if p.summary != nil {
		lines = append(lines, p.summary.line())
	}
	for i := len(p.newest) - 1; i >= 0; i-- {
		lines = append(lines, p.newest[i])
	}
	return lines
}

// Fit drops the oldest lines until the counts (the provider's own, one for each of Lines; none: our estimates) fit the
// budget, and tells their total, which never exceeds it. Returns ErrTooLong if the instructions and the question do.
func (p *Prompt) Fit(counts []int) ([]Line, int, error) {
	lines := p.Lines()
	total := 0
	for i := range lines {
		if len(counts) == len(lines) {
			lines[i].Tokens = counts[i]
		}
		total += lines[i].Tokens
	}
	first, end := 0, len(lines)
	if p.view.Instructions != "" {
		first = 1
	}
	if p.asked {
		end--
	}
	if p.summary != nil {
		first++
	}
	drop := first
	for total > p.view.Budget && drop < end {
		total -= lines[drop].Tokens
		drop++
		p.full = true
	}
	if total > p.view.Budget && p.summary != nil {
		first--
		total -= lines[first].Tokens
		p.summary = nil
	}
	if total > p.view.Budget {
		return nil, total, ErrTooLong
	}
	return append(lines[:first:first], lines[drop:]...), total, nil
}

func line(m message.Message) Line {
	l := Line{MessageID: m.ID, Speaker: SpeaksAssistant, Text: m.Content, Tokens: m.TokenEstimate}
	if m.Type == message.Human {
		l.Speaker = SpeaksUser
		if m.Sender != nil {
			l.Author = m.Sender.Username
		}
	}
	if l.Tokens == 0 {
		l.Tokens = Estimate(m.Content)
	}
	return l
}
