// reportMessage answers POST /rooms/{roomId}/messages/{messageId}/reports.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("reportMessage", func(s *service.Services) httpapi.Handler { return operations.ReportMessage(s.Reports()) })
}
