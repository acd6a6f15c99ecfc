package fanout

import "github.com/yoriai/yoriai/shared/domain/event"

// Run is consecutive events of one thing, told in one frame: what is pushed is the row as it is now, and each of them would say
// the same. It is the last of the events, by the kind of the first.
type Run struct {
	event.Event
	From int64
}

// runs puts events together that follow each other and speak of the same thing.
func runs(events []event.Event) []Run {
	var list []Run
	for _, e := range events {
		if n := len(list) - 1; n >= 0 && goesOn(list[n], e) {
			list[n].Number, list[n].At, list[n].ActorID = e.Number, e.At, e.ActorID
			continue
		}
		list = append(list, Run{Event: e, From: e.Number})
	}
	return list
}

// goesOn says whether an event only tells anew how the thing of the events before it is.
func goesOn(before Run, e event.Event) bool {
	if e.EntityID != before.EntityID || e.Number != before.Number+1 {
		return false
	}
	switch e.Kind {
	case event.MessageUpdated:
		return before.Kind == event.MessageCreated || before.Kind == event.MessageUpdated
	case event.InvitationUpdated:
		return before.Kind == event.InvitationCreated || before.Kind == event.InvitationUpdated
	case event.MemberUpdated, event.RoomUpdated:
		return before.Kind == e.Kind
	case event.MessageCreated, event.MemberRemoved, event.RoomDeleted, event.RoomForked, event.RoomJoined, event.RoomLeft, event.InvitationCreated:
	}
	return false
}
