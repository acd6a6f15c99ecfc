// listMessages answers GET /rooms/{roomId}/messages.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/messages"
)

func main() {
	service.HTTP("listMessages", func(s *service.Services) httpapi.Handler {
		return messages.List(s.Store)
	})
}
