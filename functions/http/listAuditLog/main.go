// listAuditLog answers GET /rooms/{roomId}/audit.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listAuditLog", func(s *service.Services) httpapi.Handler { return operations.ListAuditLog(s.Audit()) })
}
