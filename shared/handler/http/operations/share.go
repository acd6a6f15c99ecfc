package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

// ShareMessage shows a private pair to the room.
func ShareMessage(u messages.Messages) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		cmd := messages.Share{RoomID: roomID, MessageID: messageID, Person: r.Caller.UserID}
		sent, err := u.Share(r.Request().Context(), cmd, change.NewKey(r.Caller.UserID, "shareMessage", value, []id.ID{roomID, messageID}, nil))
		if err != nil {
			return err
		}
		status := http.StatusOK
		if sent.Created {
			status = http.StatusCreated
		}
		return r.JSON(status, sentMessage(sent))
	}
}

func sentMessage(sent messages.Sent) api.SentMessage {
	out := api.SentMessage{Message: wire.Message(sent.Message)}
	if sent.AIMessage != nil {
		answer := wire.Message(*sent.AIMessage)
		out.AiMessage = &answer
	}
	return out
}
