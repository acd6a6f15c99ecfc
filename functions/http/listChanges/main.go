// listChanges answers GET /rooms/{roomId}/changes.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listChanges", func(s *service.Services) httpapi.Handler { return operations.ListChanges(s.Changes()) })
}
