// sendMessage answers POST /rooms/{roomId}/messages.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/llm"
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("sendMessage", func(s *service.Services) httpapi.Handler { return operations.SendMessage(s.Messages(llm.Catalogue(s))) })
}
