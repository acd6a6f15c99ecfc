// markRead answers PUT /rooms/{roomId}/read.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("markRead", func(s *service.Services) httpapi.Handler { return operations.MarkRead(s.Rooms(nil)) })
}
