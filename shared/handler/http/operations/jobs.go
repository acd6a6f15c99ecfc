package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/exports"
	"github.com/yoriai/yoriai/shared/usecase/forks"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

// ForkRoom begins the copy of a room.
func ForkRoom(u forks.Forks) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body api.ForkRoom
		if err := r.Decode(&body); err != nil {
			return err
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		var upTo id.ID
		if body.UpToMessageId != nil {
			if body.UpToMessageId.IsZero() {
				return wire.Malformed("up_to_message_id", "must not be the nil UUID")
			}
			upTo = *body.UpToMessageId
		}
		j, created, err := u.Request(r.Request().Context(), roomID, r.Caller.UserID, upTo, change.NewKey(r.Caller.UserID, "forkRoom", value, []id.ID{roomID}, body))
		if err != nil {
			return err
		}
		return begun(r, j, created)
	}
}

// ExportRoom begins a file of what somebody may read in a room.
func ExportRoom(u exports.Exports) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body api.ExportRoom
		if err := r.Decode(&body); err != nil {
			return err
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		j, created, err := u.Room(r.Request().Context(), roomID, r.Caller.UserID, export.Format(body.Format), change.NewKey(r.Caller.UserID, "exportRoom", value, []id.ID{roomID}, body))
		if err != nil {
			return err
		}
		return begun(r, j, created)
	}
}

// ExportMe begins a file of what is kept about the caller.
func ExportMe(u exports.Exports) httpapi.Handler {
	return func(r *httpapi.Request) error {
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		j, created, err := u.Me(r.Request().Context(), r.Caller.UserID, change.NewKey(r.Caller.UserID, "exportMe", value, nil, nil))
		if err != nil {
			return err
		}
		return begun(r, j, created)
	}
}

// begun answers with a job: one that was begun now, or by an equal request before.
func begun(r *httpapi.Request, j job.Job, created bool) error {
	status := http.StatusOK
	if created {
		status = http.StatusAccepted
	}
	return r.JSON(status, wire.Job(j, nil))
}

// GetJob tells how far a job is.
func GetJob(u jobs.Jobs) httpapi.Handler {
	return func(r *httpapi.Request) error {
		jobID, err := r.ID("jobId")
		if err != nil {
			return err
		}
		j, file, err := u.Get(r.Request().Context(), jobID, r.Caller.UserID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Job(j, file))
	}
}

// CancelJob ends a job.
func CancelJob(u jobs.Jobs) httpapi.Handler {
	return func(r *httpapi.Request) error {
		jobID, err := r.ID("jobId")
		if err != nil {
			return err
		}
		j, err := u.Cancel(r.Request().Context(), jobID, r.Caller.UserID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Job(j, nil))
	}
}
