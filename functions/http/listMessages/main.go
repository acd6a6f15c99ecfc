// listMessages answers GET /rooms/{roomId}/messages.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listMessages", func(s *service.Services) httpapi.Handler { return operations.ListMessages(s.Messages(nil)) })
}
