// exportMe answers POST /me/exports.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("exportMe", func(s *service.Services) httpapi.Handler { return operations.ExportMe(s.Exports()) })
}
