package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/reports"
)

// ReportMessage tells the admins of a room about a message.
func ReportMessage(u reports.Reports) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, messageID, err := r.Message()
		if err != nil {
			return err
		}
		var body api.ReportMessage
		if err := r.Decode(&body); err != nil {
			return err
		}
		_, err = u.Make(r.Request().Context(), message.Report{RoomID: roomID, MessageID: messageID, Reporter: room.Person{ID: r.Caller.UserID},
			Reason: string(body.Reason), Note: text(body.Note)})
		if err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}

// ListReports lists a room's reports.
func ListReports(u reports.Reports) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		before, limit, err := pageByID(r)
		if err != nil {
			return err
		}
		list, err := u.List(r.Request().Context(), roomID, r.Caller.UserID, before, limit+1)
		if err != nil {
			return err
		}
		items := wire.Reports(list)
		n := wire.Fit(items[:min(len(items), limit)])
		page := api.ReportPage{Items: items[:n]}
		if n < len(items) {
			next := items[n-1].Id.String()
			page.NextCursor = &next
		}
		return r.JSON(http.StatusOK, page)
	}
}

// ResolveReport says what an admin made of a report.
func ResolveReport(u reports.Reports) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, reportID, err := r.Two("roomId", "reportId")
		if err != nil {
			return err
		}
		var body api.ResolveReport
		if err := r.Decode(&body); err != nil {
			return err
		}
		report, err := u.Resolve(r.Request().Context(), roomID, r.Caller.UserID, reportID, message.Resolution(body.Resolution))
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Report(report))
	}
}
