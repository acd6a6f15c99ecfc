// regenerateReply answers POST /rooms/{roomId}/messages/{messageId}/regenerate.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/llm"
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("regenerateReply", func(s *service.Services) httpapi.Handler {
		return operations.RegenerateReply(s.Replies(llm.Catalogue(s)))
	})
}
