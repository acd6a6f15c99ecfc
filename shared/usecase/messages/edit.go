package messages

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Edit changes the text, or whether the AI may read it; nil leaves it.
type Edit struct {
	RoomID, MessageID, Person id.ID
	Content                   *string
	ExcludeFromAI             *bool
}

// Edit changes a message. What would change nothing is no event. Returns not_found, forbidden, room_archived,
// room_not_ready, validation_failed.
func (m Messages) Edit(ctx context.Context, cmd Edit) (changed message.Message, err error) {
	n := change.Needs{RoomID: cmd.RoomID, Order: change.InOrder, Person: cmd.Person, Streams: []id.ID{cmd.Person}, Message: cmd.MessageID, Summaries: true}
	err = m.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		found, err := s.Standing()
		if err != nil {
			return nil, err
		}
		if err := mayEdit(s.Room, found, cmd); err != nil {
			return nil, err
		}
		p := s.Plan(cmd.Person, n)
		changed = edit(s, p, found, cmd)
		return p, nil
	}, nil)
	return changed, err
}

func edit(s change.Situation, p *change.Plan, m message.Message, cmd Edit) message.Message {
	newText := cmd.Content != nil && *cmd.Content != m.Content
	newFlag := cmd.ExcludeFromAI != nil && *cmd.ExcludeFromAI != m.ExcludeFromAI
	if !newText && !newFlag {
		return m
	}
	m = p.Changed(m)
	p.Forget(m)
	if newText {
		// Words that were changed are their author's own: nobody else is named for them.
		m.Content, m.TokenEstimate, m.EditedAt, m.Forwarded = *cmd.Content, ai.Estimate(*cmd.Content), s.Now, nil
		p.Write(change.SetContent{RoomID: m.RoomID, MessageID: m.ID, Content: m.Content, TokenEstimate: m.TokenEstimate, EditedAt: m.EditedAt, Event: m.Event})
		m.Mentions = unmark(p, m)
	}
	if newFlag {
		m.ExcludeFromAI = *cmd.ExcludeFromAI
		p.Write(change.SetExcluded{MessageID: m.ID, Excluded: m.ExcludeFromAI, Event: m.Event})
	}
	return m
}

func mayEdit(r room.Mine, m message.Message, cmd Edit) error {
	own := m.IsOwnOf(cmd.Person)
	if cmd.Content != nil {
		if err := r.WritableBy(room.Send); err != nil {
			return err
		}
		if m.Type != message.Human || !own {
			return fault.New(fault.Forbidden, "Only its author may change a message.")
		}
	}
	if cmd.ExcludeFromAI != nil {
		right := room.ExcludeAny
		if own {
			right = room.ExcludeOwn
		}
		if err := r.WritableBy(right); err != nil {
			return err
		}
	}
	switch {
	case cmd.Content != nil:
		return message.ValidateContent(*cmd.Content)
	case cmd.ExcludeFromAI == nil:
		return fault.Invalid("content", "nothing to change")
	}
	return nil
}

// Delete leaves a tombstone. A running answer to it, or of it, is stopped; the texts of all attempts go with the message.
// Returns not_found, forbidden, room_archived, room_not_ready.
func (m Messages) Delete(ctx context.Context, roomID, person, messageID id.ID) error {
	n := change.Needs{RoomID: roomID, Order: change.InOrder, Person: person, Streams: []id.ID{person}, Message: messageID, Pair: messageID, Running: change.RunningOfPair, Summaries: true}
	var told []ai.Generation
	return m.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		found, err := s.Standing()
		if err != nil {
			return nil, err
		}
		if found.Type == message.System {
			return nil, fault.New(fault.Forbidden, "What a room says of itself stays.")
		}
		right, by := room.DeleteAny, message.ByAdmin
		// A private answer is nobody else's to delete.
		if found.IsOwnOf(person) && (found.Type == message.Human || found.Visibility == message.Private) {
			right, by = room.Send, message.ByAuthor
		}
		if err := s.Room.WritableBy(right); err != nil {
			return nil, err
		}
		p := s.Plan(person, n)
		p.Write(change.Tombstone{MessageID: found.ID, DeletedAt: s.Now, By: by, Event: p.Changed(found).Event}, change.ForgetTexts{MessageID: found.ID})
		p.Forget(found)
		told = p.Stop(s.Running)
		return p, nil
	}, func() []transact.Step { return m.hints(told) })
}
