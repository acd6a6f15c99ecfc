package operations

import (
	"net/http"

	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

// AddReaction answers a message with an emoji.
func AddReaction(u messages.Messages) httpapi.Handler { return react(u, false) }

// RemoveReaction takes one's reaction back.
func RemoveReaction(u messages.Messages) httpapi.Handler { return react(u, true) }

func react(u messages.Messages, take bool) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		m, err := u.React(r.Request().Context(), messages.React{RoomID: roomID, MessageID: messageID, Person: r.Caller.UserID, Emoji: r.Text("emoji"), Take: take})
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Message(m))
	}
}
