package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

// SendMessage says something, and perhaps asks the AI.
func SendMessage(u messages.Messages) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body api.SendMessage
		if err := r.Decode(&body); err != nil {
			return err
		}
		if body.ClientMessageId.IsZero() {
			return wire.Malformed("client_message_id", "must be there, and not the nil UUID")
		}
		if body.ReplyTo != nil && body.ReplyTo.IsZero() {
			return wire.Malformed("reply_to", "must not be the nil UUID")
		}
		cmd := messages.Send{RoomID: roomID, Sender: r.Caller.UserID, ClientMessageID: body.ClientMessageId, Content: body.Content}
		if v := body.Visibility; v != nil {
			cmd.Visibility = message.Visibility(*v)
			if cmd.Visibility != message.Public && cmd.Visibility != message.Private {
				// What is not to be seen by everybody must never become public.
				cmd.Refusal = fault.Invalid("visibility", "must be public or private")
			}
		}
		if body.ReplyTo != nil {
			cmd.ReplyTo = *body.ReplyTo
		}
		if body.Mentions != nil {
			cmd.Mentions = wire.Mentions(*body.Mentions)
		}
		if body.Ai != nil {
			if err := r.Spend("ask"); err != nil {
				return err
			}
			cmd.Ask = new(wish(body.Ai.Provider, body.Ai.Model, body.Ai.Effort))
		}
		key := change.NewKey(r.Caller.UserID, "sendMessage", body.ClientMessageId, []id.ID{roomID}, body)
		sent, err := u.Send(r.Request().Context(), cmd, key)
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

// ListMessages reads a page.
func ListMessages(u messages.Messages) httpapi.Handler {
	return func(r *httpapi.Request) error {
		q, err := queryOf(r)
		if err != nil {
			return err
		}
		page, err := u.List(r.Request().Context(), q)
		if err != nil {
			return err
		}
		items := wire.Messages(page.Messages)
		n := wire.Fit(items)
		out := api.MessagePage{Items: items[:n], LatestEvent: page.RoomEvent, UserEvent: page.UserEvent}
		if n < len(items) || page.More && n > 0 {
			next := items[n-1].Id.String()
			out.NextCursor = &next
		}
		return r.JSON(http.StatusOK, out)
	}
}

func queryOf(r *httpapi.Request) (q messages.Query, err error) {
	if q.RoomID, err = r.ID("roomId"); err != nil {
		return q, err
	}
	q.Person = r.Caller.UserID
	given := 0
	for name, into := range map[string]*id.ID{"before": &q.Before, "after": &q.After, "around": &q.Around} {
		if *into, err = r.QueryID(name); err != nil {
			return q, err
		}
		if !into.IsZero() {
			given++
		}
	}
	if given > 1 {
		return q, fault.New(fault.Malformed, "Only one of before, after and around may be given.")
	}
	limit, err := r.QueryInt("limit", defaultPage, 1, largestPage)
	q.Limit = int(limit)
	return q, err
}

// GetMessage reads one message, with the newest text of an answer that is being written.
func GetMessage(u messages.Messages) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		m, err := u.Get(r.Request().Context(), roomID, r.Caller.UserID, messageID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Message(m))
	}
}

// EditMessage changes a text, or whether the AI may read it.
func EditMessage(u messages.Messages) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		var body api.EditMessage
		if err := r.Decode(&body); err != nil {
			return err
		}
		m, err := u.Edit(r.Request().Context(), messages.Edit{RoomID: roomID, MessageID: messageID, Person: r.Caller.UserID,
			Content: body.Content, ExcludeFromAI: body.ExcludeFromAi})
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Message(m))
	}
}

// DeleteMessage leaves a tombstone.
func DeleteMessage(u messages.Messages) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		if err := u.Delete(r.Request().Context(), roomID, r.Caller.UserID, messageID); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}
