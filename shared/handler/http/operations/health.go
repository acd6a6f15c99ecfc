package operations

import (
	"net/http"

	httpapi "github.com/yoriai/yoriai/shared/handler/http"
)

// Health answers health: the function runs, and which build it is. It asks nobody.
func Health(version string) httpapi.Handler {
	return func(r *httpapi.Request) error {
		return r.JSON(http.StatusOK, struct {
			Status  string `json:"status"`
			Version string `json:"version"`
		}{"ok", version})
	}
}
