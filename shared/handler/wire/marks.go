package wire

import (
	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// Mentions reads whom a text is said to name.
func Mentions(wish []api.MentionWish) []message.Mention {
	list := make([]message.Mention, len(wish))
	for i, w := range wish {
		list[i].Kind = message.MentionKind(w.Kind)
		if w.UserId != nil {
			list[i].UserID = *w.UserId
		}
	}
	return list
}

func marks(list []message.Mention) *[]api.Mention {
	out := make([]api.Mention, len(list))
	for i, m := range list {
		out[i] = api.Mention{Kind: api.MentionKind(m.Kind), UserId: orNull(m.UserID), Name: m.Name}
	}
	return &out
}

func note(n *message.Note) *api.Note {
	if n == nil {
		return nil
	}
	return &api.Note{Code: api.NoteCode(n.Code), Actor: namedAs(n.Actor), User: namedAs(n.User), Value: textOrNull(n.Value)}
}

func namedAs(n *message.Named) *api.Named {
	if n == nil {
		return nil
	}
	return &api.Named{Id: n.ID, Name: n.Name}
}

func forwarded(f *message.Forwarded) *api.Forwarded {
	if f == nil {
		return nil
	}
	return &api.Forwarded{RoomId: f.RoomID, MessageId: f.MessageID, Type: api.ForwardedType(f.Type), Author: f.Author, At: moment(f.At)}
}
