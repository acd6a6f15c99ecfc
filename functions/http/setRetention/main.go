// setRetention answers PUT /rooms/{roomId}/retention.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("setRetention", func(s *service.Services) httpapi.Handler { return operations.SetRetention(s.Rooms(nil)) })
}
