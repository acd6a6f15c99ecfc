// blockUser answers PUT /me/blocks/{userId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("blockUser", func(s *service.Services) httpapi.Handler { return operations.BlockUser(s.People()) })
}
