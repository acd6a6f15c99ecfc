// Package ai answers the operations about AI replies and models: decode, call, encode.
package ai

import (
	"context"
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	domain "github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/idempotency"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// Regenerate answers regenerateReply.
func Regenerate(u replies.Replies) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		cmd := replies.Regenerate{RoomID: roomID, QuestionID: messageID, Person: r.Caller.UserID}
		key := idempotency.NewKey(r.Caller.UserID, "regenerateReply", value, []id.ID{roomID, messageID}, nil)
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

// Stop answers stopReply.
func Stop(u replies.Replies) httpapi.Handler {
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

// AttemptStore reads attempts.
type AttemptStore interface {
	Attempts(ctx context.Context, roomID, person, messageID id.ID) ([]domain.Generation, error)
}

// Attempts answers listAttempts.
func Attempts(store AttemptStore) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		list, err := store.Attempts(r.Request().Context(), roomID, r.Caller.UserID, messageID)
		if err != nil {
			return err
		}
		out := api.AttemptList{Items: make([]api.Attempt, len(list))}
		for i, g := range list {
			out.Items[i] = wire.Attempt(g)
		}
		return r.JSON(http.StatusOK, out)
	}
}

// Models answers listModels.
func Models(catalogue interface {
	Models(ctx context.Context) ([]domain.Model, error)
}) httpapi.Handler {
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
