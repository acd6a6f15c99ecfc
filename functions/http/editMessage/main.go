// editMessage answers PATCH /rooms/{roomId}/messages/{messageId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("editMessage", func(s *service.Services) httpapi.Handler { return operations.EditMessage(s.Messages(nil)) })
}
