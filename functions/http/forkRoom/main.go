// forkRoom answers POST /rooms/{roomId}/forks.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("forkRoom", func(s *service.Services) httpapi.Handler { return operations.ForkRoom(s.Forks()) })
}
