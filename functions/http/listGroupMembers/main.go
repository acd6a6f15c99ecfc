// listGroupMembers answers GET /groups/{groupId}/members.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listGroupMembers", func(s *service.Services) httpapi.Handler { return operations.ListGroupMembers(s.Groups()) })
}
