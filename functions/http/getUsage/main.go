// getUsage answers GET /billing/usage.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("getUsage", func(s *service.Services) httpapi.Handler { return operations.GetUsage(s.Billing()) })
}
