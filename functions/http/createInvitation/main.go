// createInvitation answers POST /rooms/{roomId}/invitations.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("createInvitation", func(s *service.Services) httpapi.Handler {
		return operations.CreateInvitation(s.Invitations(), s.Config.PublicOrigin)
	})
}
