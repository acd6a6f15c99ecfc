// updateGroup answers PATCH /groups/{groupId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("updateGroup", func(s *service.Services) httpapi.Handler { return operations.UpdateGroup(s.Groups()) })
}
