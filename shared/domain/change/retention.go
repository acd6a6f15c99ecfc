package change

import (
	"strconv"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Retain lets the room keep its messages for another time, and say so. Nobody's change is the installation's.
func (p *Plan) Retain(r room.Retention, actor *message.Named) message.Message {
	n := message.Note{Code: message.Retained, Actor: actor, Value: daysOf(r.Days)}
	switch {
	case !r.NextAt.IsZero():
		n.Code, n.Value = message.RetentionAnnounced, daysOf(r.Announced)
	case r.Days == p.room.Retention.At(p.now).Days:
		n.Code = message.RetentionWithdrawn
	}
	p.room.Retention = r
	p.Write(SetRetention{RoomID: p.room.ID, Retention: r, At: p.now})
	p.RoomEvent(event.RoomUpdated, p.room.ID)
	return p.Tell(n)
}

func daysOf(days int) string {
	if days == 0 {
		return ""
	}
	return strconv.Itoa(days)
}
