// stopReply answers POST /rooms/{roomId}/messages/{messageId}/stop.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("stopReply", func(s *service.Services) httpapi.Handler { return operations.StopReply(s.Replies(nil)) })
}
