// previewInvitationLink answers POST /invitation-links/preview.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("previewInvitationLink", func(s *service.Services) httpapi.Handler { return operations.PreviewInvitationLink(s.Invitations()) })
}
