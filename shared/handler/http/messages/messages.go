// Package messages answers the operations about messages: decode, call, encode.
package messages

import (
	"context"
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/idempotency"
	"github.com/yoriai/yoriai/shared/domain/message"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	usecase "github.com/yoriai/yoriai/shared/usecase/messages"
)

const (
	defaultPage = 50
	largestPage = 100
)

// Send answers sendMessage.
func Send(u usecase.Messages) httpapi.Handler {
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
			return fault.New(fault.Malformed, "client_message_id is missing.")
		}
		cmd := usecase.Send{RoomID: roomID, Sender: r.Caller.UserID, ClientMessageID: body.ClientMessageId, Content: body.Content}
		if v := body.Visibility; v != nil && *v != api.SendMessageVisibilityPublic {
			// A private question must never become a public one.
			cmd.Refusal = fault.Invalid("visibility", "only public is known")
		}
		if body.ReplyTo != nil {
			cmd.ReplyTo = *body.ReplyTo
		}
		if body.Ai != nil {
			cmd.AskAI, cmd.Provider, cmd.Model = true, text(body.Ai.Provider), text(body.Ai.Model)
		}
		key := idempotency.NewKey(r.Caller.UserID, "sendMessage", body.ClientMessageId, []id.ID{roomID}, body)
		sent, err := u.Send(r.Request().Context(), cmd, key)
		if err != nil {
			return err
		}
		out := api.SentMessage{Message: wire.Message(sent.Message)}
		if sent.AIMessage != nil {
			answer := wire.Message(*sent.AIMessage)
			out.AiMessage = &answer
		}
		status := http.StatusOK
		if sent.Created {
			status = http.StatusCreated
		}
		return r.JSON(status, out)
	}
}

// List answers listMessages.
func List(store usecase.Store) httpapi.Handler {
	return func(r *httpapi.Request) error {
		q, err := queryOf(r)
		if err != nil {
			return err
		}
		page, err := store.Messages(r.Request().Context(), q)
		if err != nil {
			return err
		}
		out := api.MessagePage{Items: wire.Messages(page.Messages), LatestEvent: page.RoomEvent, UserEvent: page.UserEvent}
		if page.More && len(page.Messages) > 0 {
			next := page.Messages[len(page.Messages)-1].ID.String()
			out.NextCursor = &next
		}
		return r.JSON(http.StatusOK, out)
	}
}

func queryOf(r *httpapi.Request) (q usecase.Query, err error) {
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

// RunningText finds the text of a reply that is being written sooner than the database has it; nil without Redis.
type RunningText func(ctx context.Context, a ai.Attempt) (string, bool)

// Get answers getMessage.
func Get(store usecase.Store, running RunningText) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		m, err := store.Message(r.Request().Context(), roomID, r.Caller.UserID, messageID)
		if err != nil {
			return err
		}
		if m.Status.Open() && m.Reply != nil && m.DeletedAt.IsZero() && running != nil {
			newer, found := running(r.Request().Context(), ai.Attempt{MessageID: m.ID, Number: m.Reply.Attempt})
			if found && (m.Reply.ContentAttempt < m.Reply.Attempt || len(newer) > len(m.Content)) {
				m.Content, m.Reply.ContentAttempt, m.Status = newer, m.Reply.Attempt, message.Streaming
			}
		}
		return r.JSON(http.StatusOK, wire.Message(m))
	}
}

// Edit answers editMessage.
func Edit(u usecase.Messages) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		var body api.EditMessage
		if err := r.Decode(&body); err != nil {
			return err
		}
		m, err := u.Edit(r.Request().Context(), usecase.Edit{RoomID: roomID, MessageID: messageID, Person: r.Caller.UserID,
			Content: body.Content, ExcludeFromAI: body.ExcludeFromAi})
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Message(m))
	}
}

// Delete answers deleteMessage.
func Delete(u usecase.Messages) httpapi.Handler {
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

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
