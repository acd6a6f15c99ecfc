// getTransfer answers GET /rooms/{roomId}/transfer.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("getTransfer", func(s *service.Services) httpapi.Handler { return operations.GetTransfer(s.Rooms(nil)) })
}
