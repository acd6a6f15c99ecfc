package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/id"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/changes"
)

// ListChanges tells what changed in a room.
func ListChanges(u changes.Changes) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		since, err := sinceOf(r)
		if err != nil {
			return err
		}
		ch, err := u.OfRoom(r.Request().Context(), roomID, r.Caller.UserID, since)
		if err != nil {
			return err
		}
		out := api.RoomChanges{Messages: wire.Messages(ch.Messages), Members: wire.Members(ch.Members), RemovedMemberIds: append([]id.ID{}, ch.Removed...),
			LatestEvent: ch.LatestEvent, HasMore: ch.HasMore, Reset: ch.Reset}
		if ch.Room != nil {
			room := wire.MyRoom(ch.Room.Rooms[0], ch.Room.Last)
			out.Room = &room
		}
		return r.JSON(http.StatusOK, out)
	}
}

// ListMyChanges tells what changed in one's own stream.
func ListMyChanges(u changes.Changes) httpapi.Handler {
	return func(r *httpapi.Request) error {
		since, err := sinceOf(r)
		if err != nil {
			return err
		}
		ch, err := u.Mine(r.Request().Context(), r.Caller.UserID, since)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, api.MyChanges{Messages: wire.Messages(ch.Messages), Rooms: wire.MyRooms(ch.Rooms), RemovedRoomIds: append([]id.ID{}, ch.Left...),
			Invitations: wire.Invitations(ch.Invitations), LatestEvent: ch.LatestEvent, HasMore: ch.HasMore, Reset: ch.Reset})
	}
}

// absent is no number of an event.
const absent = -1

func sinceOf(r *httpapi.Request) (int64, error) {
	since, err := r.QueryInt("since", absent, 0, largestEvent)
	if err == nil && since == absent {
		return 0, wire.Malformed("since", "is missing")
	}
	return since, err
}
