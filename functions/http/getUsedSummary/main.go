// getUsedSummary answers GET /rooms/{roomId}/messages/{messageId}/summary.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("getUsedSummary", func(s *service.Services) httpapi.Handler { return operations.GetUsedSummary(s.Replies(nil)) })
}
