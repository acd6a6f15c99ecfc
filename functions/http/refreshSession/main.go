// refreshSession answers POST /auth/refresh.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
)

func main() {
	service.HTTP("refreshSession", func(s *service.Services) httpapi.Handler {
		return s.Identity().Refresh
	})
}
