// listRooms answers GET /rooms.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listRooms", func(s *service.Services) httpapi.Handler { return operations.ListRooms(s.Rooms(nil)) })
}
