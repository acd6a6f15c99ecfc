package wire

import (
	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/job"
)

// Job is how far long work is; file is what it made for whoever asks, or nil.
func Job(j job.Job, file *job.Download) api.Job {
	return api.Job{Download: download(file), Id: j.ID, Kind: api.JobKind(j.Kind), RoomId: orNull(j.RoomID), RequestedBy: j.RequestedBy, State: api.JobState(j.State), Done: j.Done, Total: j.Total,
		ResultId: orNull(j.Result), ErrorCode: textOrNull(j.ErrorCode), CreatedAt: moment(j.CreatedAt)}
}

func download(f *job.Download) *api.Download {
	if f == nil {
		return nil
	}
	d := api.Download{Status: api.DownloadStatusExpired, Bytes: f.Bytes, ExpiresAt: moment(f.ExpiresAt)}
	if f.URL != "" {
		d.Status, d.Url = api.DownloadStatusReady, &f.URL
	}
	return &d
}
