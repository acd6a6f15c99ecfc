// listBlocks answers GET /me/blocks.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listBlocks", func(s *service.Services) httpapi.Handler { return operations.ListBlocks(s.People()) })
}
