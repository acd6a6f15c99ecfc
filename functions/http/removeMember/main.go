// removeMember answers DELETE /rooms/{roomId}/members/{userId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("removeMember", func(s *service.Services) httpapi.Handler { return operations.RemoveMember(s.Rooms(nil)) })
}
