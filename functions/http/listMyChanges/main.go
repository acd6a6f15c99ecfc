// listMyChanges answers GET /me/changes.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listMyChanges", func(s *service.Services) httpapi.Handler { return operations.ListMyChanges(s.Changes()) })
}
