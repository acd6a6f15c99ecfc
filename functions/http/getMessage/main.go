// getMessage answers GET /rooms/{roomId}/messages/{messageId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("getMessage", func(s *service.Services) httpapi.Handler { return operations.GetMessage(s.Messages(nil)) })
}
