// getMe answers GET /me.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
)

func main() {
	service.HTTP("getMe", func(s *service.Services) httpapi.Handler {
		return s.Identity().Me
	})
}
