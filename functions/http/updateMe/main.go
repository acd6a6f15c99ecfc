// updateMe answers PATCH /me.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("updateMe", func(s *service.Services) httpapi.Handler { return operations.UpdateMe(s.Accounts()) })
}
