package rooms

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Freeze lets a room stand still, or go on, whatever its members want: it can be read, left and reported. Answers that are
// being written are stopped. Operators call it. Returns not_found.
func (r Rooms) Freeze(ctx context.Context, roomID id.ID, frozen bool) error {
	n := change.Needs{RoomID: roomID, Order: change.Alone, Running: change.RunningOfRoom}
	var told []ai.Generation
	return r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		told = nil
		switch {
		case s.Room.ID.IsZero(), !s.Room.DeletedAt.IsZero():
			return nil, room.Outside.Check(room.Read)
		case frozen != s.Room.FrozenAt.IsZero():
			return nil, nil
		}
		w := change.FreezeRoom{RoomID: roomID, At: s.Now}
		if frozen {
			w.FrozenAt = s.Now
		}
		p := s.Plan(id.ID{}, n)
		p.Write(w)
		p.RoomEvent(event.RoomUpdated, roomID)
		if frozen {
			told = p.Stop(s.Running)
		}
		return p, nil
	}, func() []transact.Step { return r.hints(told) })
}
