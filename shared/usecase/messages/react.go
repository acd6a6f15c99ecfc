package messages

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// React is the wish to answer a message with an emoji, or to take that back.
type React struct {
	RoomID, MessageID, Person id.ID
	Emoji                     string
	Take                      bool
}

// React changes one's reactions. What is there already, or was never given, is no event. Returns not_found, forbidden,
// room_archived, room_not_ready, validation_failed for what is no emoji, conflict for one kind too many.
func (m Messages) React(ctx context.Context, cmd React) (changed message.Message, err error) {
	n := change.Needs{RoomID: cmd.RoomID, Order: change.InOrder, Person: cmd.Person, Message: cmd.MessageID}
	err = m.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		found, err := s.Standing()
		if err != nil {
			return nil, err
		}
		if err := s.Room.WritableBy(room.React); err != nil {
			return nil, err
		}
		if found.Visibility != message.Public {
			return nil, fault.New(fault.Forbidden, "Nobody else sees a private message.")
		}
		emoji, err := message.Emoji(cmd.Emoji)
		if err != nil {
			return nil, err
		}
		changed = found
		there, mine := found.Reacts(emoji)
		switch {
		case mine != cmd.Take:
			return nil, nil
		case !there && len(found.Reactions) >= message.MaxReactions:
			return nil, fault.New(fault.Conflict, "This message has twenty kinds of reactions.")
		}
		p := s.Plan(cmd.Person, n)
		changed = p.Changed(found).WithReaction(cmd.Person, emoji, !cmd.Take)
		if cmd.Take {
			p.Write(change.RemoveReaction{MessageID: found.ID, UserID: cmd.Person, Emoji: emoji, Event: changed.Event})
		} else {
			p.Write(change.AddReaction{MessageID: found.ID, UserID: cmd.Person, Emoji: emoji, Event: changed.Event})
		}
		return p, nil
	}, nil)
	return changed, err
}
