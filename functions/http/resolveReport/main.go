// resolveReport answers PATCH /rooms/{roomId}/reports/{reportId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("resolveReport", func(s *service.Services) httpapi.Handler { return operations.ResolveReport(s.Reports()) })
}
