// setSpendingLimits answers PUT /rooms/{roomId}/spending.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("setSpendingLimits", func(s *service.Services) httpapi.Handler { return operations.SetSpendingLimits(s.Rooms(nil)) })
}
