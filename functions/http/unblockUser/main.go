// unblockUser answers DELETE /me/blocks/{userId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("unblockUser", func(s *service.Services) httpapi.Handler { return operations.UnblockUser(s.People()) })
}
