// listTransactions answers GET /billing/transactions.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("listTransactions", func(s *service.Services) httpapi.Handler { return operations.ListTransactions(s.Billing()) })
}
