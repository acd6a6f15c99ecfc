// logIn answers POST /auth/login.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
)

func main() {
	service.HTTP("logIn", func(s *service.Services) httpapi.Handler {
		return s.Identity().LogIn
	})
}
