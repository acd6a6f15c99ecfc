// updateMember answers PATCH /rooms/{roomId}/members/{userId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("updateMember", func(s *service.Services) httpapi.Handler { return operations.UpdateMember(s.Rooms(nil)) })
}
