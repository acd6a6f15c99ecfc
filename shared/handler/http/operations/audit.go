package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/audit"
)

// ListAuditLog lists what was done to a room.
func ListAuditLog(u audit.Audit) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		before, limit, err := pageByID(r)
		if err != nil {
			return err
		}
		lines, err := u.List(r.Request().Context(), roomID, r.Caller.UserID, before, limit+1)
		if err != nil {
			return err
		}
		items := wire.AuditEntries(lines)
		n := wire.Fit(items[:min(len(items), limit)])
		page := api.AuditPage{Items: items[:n]}
		if n < len(items) {
			next := items[n-1].Id.String()
			page.NextCursor = &next
		}
		return r.JSON(http.StatusOK, page)
	}
}
