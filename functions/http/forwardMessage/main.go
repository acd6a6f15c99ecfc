// forwardMessage answers POST /rooms/{roomId}/messages/{messageId}/forward.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("forwardMessage", func(s *service.Services) httpapi.Handler { return operations.ForwardMessage(s.Messages(nil)) })
}
