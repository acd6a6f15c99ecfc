package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/domain/fault"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// SetRetention says for how many days a room keeps its messages.
func SetRetention(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body struct {
			Days httpapi.Nullable[int] `json:"days"`
		}
		if err := r.Decode(&body); err != nil {
			return err
		}
		if !body.Days.Set {
			return fault.Invalid("days", "is missing")
		}
		days := forEver
		if body.Days.Value != nil {
			if days = *body.Days.Value; days == forEver {
				days = -1 // null alone is for ever
			}
		}
		l, err := u.SetRetention(r.Request().Context(), roomID, r.Caller.UserID, days)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.MyRoom(l.Rooms[0], l.Last))
	}
}

const forEver = 0
