package wire

import (
	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/audit"
)

// AuditEntries is a list, never null.
func AuditEntries(lines []audit.Line) []api.AuditEntry {
	out := make([]api.AuditEntry, len(lines))
	for i, l := range lines {
		e := api.AuditEntry{Id: l.ID, Act: string(l.Act), SubjectId: orNull(l.Subject), Details: map[string]string{}, CreatedAt: moment(l.At)}
		if l.Who != nil {
			who := Person(*l.Who)
			e.Actor = &who
		}
		if l.Whom != nil {
			whom := Person(*l.Whom)
			e.Subject = &whom
		}
		for k, v := range l.Details {
			e.Details[string(k)] = v
		}
		out[i] = e
	}
	return out
}
