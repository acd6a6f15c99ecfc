// revokeInvitation answers DELETE /rooms/{roomId}/invitations/{invitationId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("revokeInvitation", func(s *service.Services) httpapi.Handler { return operations.RevokeInvitation(s.Invitations()) })
}
