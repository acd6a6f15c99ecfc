// listMembers answers GET /rooms/{roomId}/members.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listMembers", func(s *service.Services) httpapi.Handler { return operations.ListMembers(s.Rooms(nil)) })
}
