// listPayments answers GET /billing/payments.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listPayments", func(s *service.Services) httpapi.Handler { return operations.ListPayments(s.History()) })
}
