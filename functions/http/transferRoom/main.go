// transferRoom answers PATCH /rooms/{roomId}/owner.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("transferRoom", func(s *service.Services) httpapi.Handler { return operations.TransferRoom(s.Rooms(nil)) })
}
