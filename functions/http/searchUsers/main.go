// searchUsers answers GET /users.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("searchUsers", func(s *service.Services) httpapi.Handler { return operations.SearchUsers(s.People()) })
}
