// joinByLink answers POST /invitation-links/join.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("joinByLink", func(s *service.Services) httpapi.Handler { return operations.JoinByLink(s.Invitations()) })
}
