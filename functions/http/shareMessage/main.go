// shareMessage answers POST /rooms/{roomId}/messages/{messageId}/share.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("shareMessage", func(s *service.Services) httpapi.Handler { return operations.ShareMessage(s.Messages(nil)) })
}
