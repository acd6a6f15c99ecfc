// createRoom answers POST /rooms.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/llm"
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("createRoom", func(s *service.Services) httpapi.Handler { return operations.CreateRoom(s.Rooms(llm.Catalogue(s))) })
}
