// listReports answers GET /rooms/{roomId}/reports.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listReports", func(s *service.Services) httpapi.Handler { return operations.ListReports(s.Reports()) })
}
