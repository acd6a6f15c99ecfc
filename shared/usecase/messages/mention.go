package messages

import (
	"slices"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// mentioned is the people whose part in the room must be known.
func mentioned(wish []message.Mention) (people []id.ID) {
	for _, m := range wish[:min(len(wish), message.MaxMentions)] {
		if m.Kind == message.MentionsUser {
			people = append(people, m.UserID)
		}
	}
	return people
}

// mark gives each mention the name that it has at this moment, which must stand in the text. Returns validation_failed for a
// stranger or a name that is not there, forbidden where somebody may not name everybody.
func mark(s change.Situation, cmd Send) ([]message.Mention, error) {
	if len(cmd.Mentions) > message.MaxMentions {
		return nil, fault.Invalid("mentions", "must be at most 50")
	}
	var list []message.Mention
	for _, m := range cmd.Mentions {
		switch m.Kind {
		case message.MentionsUser:
			person, inside := s.People[m.UserID]
			if !inside {
				return nil, fault.Invalid("mentions", "names somebody who is not in this room")
			}
			m.Name = person.Username
		case message.MentionsAll:
			if err := s.Room.Role.Check(room.MentionAll); err != nil {
				return nil, err
			}
			m.UserID, m.Name = id.ID{}, string(m.Kind)
		case message.MentionsAI:
			m.UserID, m.Name = id.ID{}, string(m.Kind)
		default:
			return nil, fault.Invalid("mentions", "is of no known kind")
		}
		if !m.StandsIn(cmd.Content) {
			return nil, fault.Invalid("mentions", "names somebody who does not stand in the text")
		}
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list, nil
}

// unmark drops the marks whose names an edited text no longer holds.
func unmark(p *change.Plan, m message.Message) []message.Mention {
	return slices.DeleteFunc(slices.Clone(m.Mentions), func(n message.Mention) bool {
		gone := !n.StandsIn(m.Content)
		if gone {
			p.Write(change.DropMention{MessageID: m.ID, Mention: n})
		}
		return gone
	})
}
