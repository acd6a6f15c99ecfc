// addReaction answers PUT /rooms/{roomId}/messages/{messageId}/reactions/{emoji}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("addReaction", func(s *service.Services) httpapi.Handler { return operations.AddReaction(s.Messages(nil)) })
}
