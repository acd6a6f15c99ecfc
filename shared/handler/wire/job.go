package wire

import (
	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/job"
)

// Job is how far long work is.
func Job(j job.Job) api.Job {
	return api.Job{Id: j.ID, Kind: api.JobKind(j.Kind), RoomId: orNull(j.RoomID), RequestedBy: j.RequestedBy, State: api.JobState(j.State), Done: j.Done, Total: j.Total,
		ResultId: orNull(j.Result), ErrorCode: textOrNull(j.ErrorCode), CreatedAt: moment(j.CreatedAt)}
}
