// acceptInvitation answers POST /invitations/{invitationId}/accept.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("acceptInvitation", func(s *service.Services) httpapi.Handler { return operations.AcceptInvitation(s.Invitations()) })
}
