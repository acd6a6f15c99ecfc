package wire

import (
	"encoding/json"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// Report is a report as the admins of its room see it.
func Report(r message.Report) api.Report {
	out := api.Report{Id: r.ID, MessageId: r.MessageID, Reporter: Person(r.Reporter), Reason: api.ReportReason(r.Reason), Note: r.Note,
		ResolvedBy: orNull(r.ResolvedBy), ResolvedAt: timeOrNull(r.ResolvedAt), CreatedAt: moment(r.CreatedAt)}
	out.Message = api.ReportedMessage{Type: api.ReportedMessageType(r.Snapshot.Type), SenderId: orNull(r.Snapshot.SenderID), Content: r.Snapshot.Content,
		Attempts: []api.ReportedAttempt{}}
	for _, one := range r.Snapshot.Attempts {
		var a api.ReportedAttempt
		if err := json.Unmarshal(one, &a); err == nil { // what we wrote ourselves
			out.Message.Attempts = append(out.Message.Attempts, a)
		}
	}
	if r.Resolution != "" {
		resolution := api.ReportResolution(r.Resolution)
		out.Resolution = &resolution
	}
	return out
}

// Reports is a list, never null.
func Reports(list []message.Report) []api.Report {
	out := make([]api.Report, len(list))
	for i, r := range list {
		out[i] = Report(r)
	}
	return out
}
