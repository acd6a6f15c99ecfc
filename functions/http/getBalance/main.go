// getBalance answers GET /billing/balance.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("getBalance", func(s *service.Services) httpapi.Handler { return operations.GetBalance(s.Billing()) })
}
