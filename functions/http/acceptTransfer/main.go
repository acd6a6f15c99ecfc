// acceptTransfer answers POST /rooms/{roomId}/transfer/accept.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("acceptTransfer", func(s *service.Services) httpapi.Handler { return operations.AcceptTransfer(s.Rooms(nil)) })
}
