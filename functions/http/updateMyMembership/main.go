// updateMyMembership answers PATCH /rooms/{roomId}/me.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("updateMyMembership", func(s *service.Services) httpapi.Handler { return operations.UpdateMyMembership(s.Rooms(nil)) })
}
