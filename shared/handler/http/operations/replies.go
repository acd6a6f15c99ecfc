package operations

import (
	"net/http"
	"strconv"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// RegenerateReply asks again.
func RegenerateReply(u replies.Replies) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		var body api.AskAgain
		if err := r.DecodeOptional(&body); err != nil {
			return err
		}
		cmd := replies.Regenerate{RoomID: roomID, QuestionID: messageID, Person: r.Caller.UserID, Wish: wish(body.Provider, body.Model, body.Effort)}
		key := change.NewKey(r.Caller.UserID, "regenerateReply", value, []id.ID{roomID, messageID}, body)
		m, created, err := u.Regenerate(r.Request().Context(), cmd, key)
		if err != nil {
			return err
		}
		status := http.StatusOK
		if created {
			status = http.StatusAccepted
		}
		return r.JSON(status, wire.Message(m))
	}
}

// wish is empty where a question names nothing of its own.
func wish(provider, model *string, effort *api.Effort) ai.Wish {
	w := ai.Wish{Provider: text(provider), Model: text(model)}
	if effort != nil {
		w.Effort = room.Effort(*effort)
	}
	return w
}

// StopReply stops an answer; 202 while its worker still has to hear of it.
func StopReply(u replies.Replies) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		m, running, err := u.Stop(r.Request().Context(), roomID, r.Caller.UserID, messageID)
		if err != nil {
			return err
		}
		status := http.StatusOK
		if running {
			status = http.StatusAccepted
		}
		return r.JSON(status, wire.Message(m))
	}
}

// ListAttempts lists attempts at an answer, oldest first.
func ListAttempts(u replies.Replies) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		after, err := r.QueryInt("cursor", 0, 0, largestAttempt)
		if err != nil {
			return err
		}
		page, err := u.Attempts(r.Request().Context(), replies.AttemptQuery{RoomID: roomID, Person: r.Caller.UserID, MessageID: messageID, After: int(after), Limit: defaultPage})
		if err != nil {
			return err
		}
		out := api.AttemptList{Items: make([]api.Attempt, len(page.Attempts))}
		for i, g := range page.Attempts {
			out.Items[i] = wire.Attempt(g)
		}
		n := wire.Fit(out.Items)
		if n < len(out.Items) || page.More {
			next := strconv.Itoa(page.Attempts[n-1].Number)
			out.NextCursor = &next
		}
		out.Items = out.Items[:n]
		return r.JSON(http.StatusOK, out)
	}
}

// GetUsedSummary shows what stood for older messages when an answer was written.
func GetUsedSummary(u replies.Replies) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		s, err := u.UsedSummary(r.Request().Context(), roomID, r.Caller.UserID, messageID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Summary(s))
	}
}

// ListModels lists what can be asked.
func ListModels(catalogue ai.Catalogue) httpapi.Handler {
	return func(r *httpapi.Request) error {
		models, err := catalogue.Models(r.Request().Context())
		if err != nil {
			return err
		}
		out := api.ModelList{Items: make([]api.Model, len(models))}
		for i, m := range models {
			out.Items[i] = wire.Model(m)
		}
		return r.JSON(http.StatusOK, out)
	}
}
