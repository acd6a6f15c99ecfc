// rejectTransfer answers POST /rooms/{roomId}/transfer/reject.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("rejectTransfer", func(s *service.Services) httpapi.Handler { return operations.RejectTransfer(s.Rooms(nil)) })
}
