// deleteRoom answers DELETE /rooms/{roomId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("deleteRoom", func(s *service.Services) httpapi.Handler { return operations.DeleteRoom(s.Rooms(nil)) })
}
