package change

import (
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// ToEnd is what must be locked to end a generation: the room's order for a public answer, the asker's own log for a
// private one.
func ToEnd(g ai.Generation) Needs {
	n := Needs{RoomID: g.RoomID, Person: g.AskerID, Generation: g.ID, Pair: g.MessageID, Summaries: g.Number > 1}
	if g.Visibility == message.Public {
		n.Order = InOrder
	} else {
		n.Streams = []id.ID{g.AskerID}
	}
	return n
}

// Generate records an attempt, and owes a worker and a watchdog for it.
func (p *Plan) Generate(g ai.Generation) {
	p.Write(InsertGeneration{Generation: g})
	p.Owe(outbox.NewReply(g.ID, g.PayerID), outbox.NewWatch(g.ID, ai.LookAgainAfter))
}

// End ends an attempt: usage and charge are written always, the text only while question and answer stand.
func (p *Plan) End(g ai.Generation, o ai.Outcome, question, answer *message.Message) ai.Settlement {
	s := p.settle(g, ai.Settle(g, o))
	keep := answer != nil && answer.DeletedAt.IsZero() && question != nil && question.DeletedAt.IsZero()
	ended := g.End(o, s)
	if !keep {
		ended.Text, ended.Thinking = "", ""
	}
	p.Write(EndGeneration{Generation: ended})
	if g.Number > 1 && answer != nil {
		p.Forget(*answer) // another text stands where a summary knows the old one
	}
	if answer == nil || answer.Reply == nil || answer.Reply.Attempt != g.Number {
		return s
	}
	w := EndAttempt{RoomID: g.RoomID, MessageID: g.MessageID, Attempt: g.Number, Status: o.Status, Event: p.Changed(*answer).Event}
	if keep && o.Text != "" {
		w.Content, w.TokenEstimate = &o.Text, ai.Estimate(o.Text)
	}
	p.Write(w)
	return s
}

// Stop ends those of the attempts that called nobody, and asks the workers of the others to. It returns the latter.
func (p *Plan) Stop(running []ai.Generation) (told []ai.Generation) {
	for _, g := range running {
		if !g.ProviderCalledAt.IsZero() {
			p.Write(RequestStop{GenerationID: g.ID})
			told = append(told, g)
			continue
		}
		p.Write(EndGeneration{Generation: g.End(ai.Outcome{Status: message.Cancelled}, p.settle(g, ai.Settlement{}))})
		if g.Kind == ai.Summary {
			continue
		}
		answer := message.Message{ID: g.MessageID, RoomID: g.RoomID, Visibility: g.Visibility}
		if g.Visibility == message.Private {
			answer.VisibleTo = g.AskerID
		}
		p.Write(EndAttempt{RoomID: g.RoomID, MessageID: g.MessageID, Attempt: g.Number, Status: message.Cancelled, Event: p.Changed(answer).Event})
	}
	return told
}

// EndSummary ends a summary. Its text is kept if it was finished and nothing changed meanwhile of what it was made of.
func (p *Plan) EndSummary(g ai.Generation, o ai.Outcome) (made *ai.RoomSummary, s ai.Settlement) {
	if o.Status == message.Completed && g.StopRequestedAt.IsZero() {
		made = &ai.RoomSummary{From: g.Covers.From, To: g.Covers.To, Text: o.Text, Tokens: ai.Estimate(o.Text)}
	}
	s = p.End(g, o, nil, nil)
	if made != nil {
		p.Write(InsertSummary{Generation: g, Summary: *made})
	}
	return made, s
}

// Forget lets summaries that cover a message go: it is not what it was any more.
func (p *Plan) Forget(m message.Message) {
	if m.Visibility == message.Public {
		p.Write(ForgetSummaries{RoomID: m.RoomID, MessageID: m.ID})
	}
}

// Summarise lets the room's next summary be made, if one is due and the payer can pay for it. The room's model makes it. What
// keeps it from being made keeps nobody from anything: answers go on with the newest messages.
func (p *Plan) Summarise(s Situation, backlog ai.Backlog, models []ai.Model) {
	model, err := ai.Choose(models, s.Room.AllowedModels, s.Room.AIProvider, s.Room.AIModel)
	if err != nil || !s.Room.DeletedAt.IsZero() || s.Room.IsArchived || !s.Room.FrozenAt.IsZero() {
		return
	}
	terms, budget := ai.QuoteSummary(model, s.Room.MaxReplyTokens)
	from, to, size, due := backlog.Next(terms, budget)
	if !due {
		return
	}
	payer := s.Payer()
	g, err := p.Hold(s, ai.Generation{ID: id.New(), Kind: ai.Summary, RoomID: s.Room.ID, AskerID: payer, RequestedBy: payer, Covers: ai.Covers{From: from, To: to},
		Terms: terms, Visibility: message.Public}, size)
	if err == nil {
		p.Generate(g)
	}
}
