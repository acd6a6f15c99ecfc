// registerUser answers POST /auth/register.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
)

func main() {
	service.HTTP("registerUser", func(s *service.Services) httpapi.Handler {
		return s.Identity().Register
	})
}
