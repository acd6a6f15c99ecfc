package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

// ForwardMessage passes a message on to another room.
func ForwardMessage(u messages.Messages) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		var body api.ForwardMessage
		if err := r.Decode(&body); err != nil {
			return err
		}
		if body.RoomId.IsZero() {
			return fault.New(fault.Malformed, "room_id is missing.")
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		cmd := messages.Forward{RoomID: roomID, MessageID: messageID, Person: r.Caller.UserID, To: body.RoomId}
		sent, err := u.Forward(r.Request().Context(), cmd, change.NewKey(r.Caller.UserID, "forwardMessage", value, []id.ID{roomID, messageID}, body))
		if err != nil {
			return err
		}
		status := http.StatusOK
		if sent.Created {
			status = http.StatusCreated
		}
		return r.JSON(status, wire.Message(sent.Message))
	}
}
