// rejectInvitation answers POST /invitations/{invitationId}/reject.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("rejectInvitation", func(s *service.Services) httpapi.Handler { return operations.RejectInvitation(s.Invitations()) })
}
