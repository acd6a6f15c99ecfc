package wire

import (
	"encoding/json"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
)

// Frames encodes pushed events.
type Frames struct{}

type frame struct {
	Type   event.Kind `json:"type"`
	Stream string     `json:"stream"`
	From   int64      `json:"from,omitempty"`
	Event  int64      `json:"event"`
	At     api.Moment `json:"at"`
	Data   any        `json:"data"`
}

type reference struct {
	Ref id.ID `json:"ref"`
}

// Room encodes events of a room's stream, with the rows as they are now.
func (Frames) Room(roomID id.ID, e fanout.Run, p fanout.RoomPush) []byte {
	var data any
	switch e.Kind {
	case event.MessageCreated, event.MessageUpdated:
		data = messageOf(p.Messages, e.Event)
	case event.MemberUpdated:
		for _, m := range p.Members {
			if m.Person.ID == e.EntityID {
				data = Member(m)
			}
		}
	case event.MemberRemoved:
		data = map[string]id.ID{"user_id": e.EntityID}
	case event.RoomUpdated, event.RoomForked:
		if len(p.Room.Rooms) == 1 {
			data = Room(p.Room.Rooms[0].Room, p.Room.Last)
		}
	case event.RoomDeleted:
		data = struct{}{}
	case event.RoomJoined, event.RoomLeft, event.InvitationCreated, event.InvitationUpdated:
	}
	return encode(e, "room:"+roomID.String(), data)
}

// User encodes events of a person's own stream.
func (Frames) User(e fanout.Run, p fanout.UserPush) []byte {
	var data any = map[string]id.ID{"room_id": e.EntityID}
	if e.Kind == event.RoomJoined {
		for i, r := range p.Rooms.Rooms {
			if r.ID == e.EntityID {
				data = MyRoom(p.Rooms.Rooms[i], p.Rooms.Last)
			}
		}
	}
	if e.Kind == event.MessageCreated || e.Kind == event.MessageUpdated {
		data = messageOf(p.Messages, e.Event)
	}
	if e.Kind == event.InvitationCreated || e.Kind == event.InvitationUpdated {
		data = nil
		for _, i := range p.Invitations {
			if i.ID == e.EntityID {
				data = Invitation(i.At(e.At))
			}
		}
	}
	return encode(e, "user", data)
}

// messageOf is the message that an event tells of; nil if it is not among them.
func messageOf(list []message.Message, e event.Event) any {
	for _, m := range list {
		if m.ID == e.EntityID {
			return Message(m)
		}
	}
	return nil
}

// Notice encodes a notice.
func (Frames) Notice(n outbox.Notice) []byte {
	return mustMarshal(struct {
		Type string `json:"type"`
		outbox.Notice
	}{"notice", n})
}

// encode says by reference what has no row any more, or would not fit.
func encode(e fanout.Run, stream string, data any) []byte {
	f := frame{Type: e.Kind, Stream: stream, Event: e.Number, At: moment(e.At), Data: data}
	if e.From < e.Number {
		f.From = e.From
	}
	if data != nil {
		if b := mustMarshal(f); len(b) <= realtime.MaxPush {
			return b
		}
	}
	f.Data = reference{Ref: e.EntityID}
	return mustMarshal(f)
}

// Stream encodes what a running answer sends.
type Stream struct{}

type attempt struct {
	Type      string `json:"type"`
	RoomID    id.ID  `json:"room_id"`
	MessageID id.ID  `json:"message_id"`
	Attempt   int    `json:"attempt"`
}

// Delta encodes a chunk of an answer.
func (Stream) Delta(d broadcast.Delta) []byte {
	return mustMarshal(struct {
		attempt
		Offset int    `json:"offset"`
		Text   string `json:"text"`
	}{attempt{"ai.delta", d.RoomID, d.MessageID, d.Attempt}, d.Offset, d.Text})
}

// Thinking encodes how far a model has come that does not write yet.
func (Stream) Thinking(t broadcast.Thinking) []byte {
	return mustMarshal(struct {
		attempt
		ElapsedMS int64  `json:"elapsed_ms"`
		Tokens    int64  `json:"tokens"`
		Text      string `json:"text"`
	}{attempt{"ai.thinking", t.RoomID, t.MessageID, t.Attempt}, t.Elapsed.Milliseconds(), t.Tokens, t.Text})
}

func mustMarshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the contract's objects always marshal
	}
	return b
}

var (
	_ fanout.Frames    = Frames{}
	_ broadcast.Frames = Stream{}
)
