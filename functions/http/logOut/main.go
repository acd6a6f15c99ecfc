// logOut answers POST /auth/logout.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
)

func main() {
	service.HTTP("logOut", func(s *service.Services) httpapi.Handler {
		return s.Identity().LogOut
	})
}
