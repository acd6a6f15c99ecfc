// listAttempts answers GET /rooms/{roomId}/messages/{messageId}/attempts.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listAttempts", func(s *service.Services) httpapi.Handler { return operations.ListAttempts(s.Replies(nil)) })
}
