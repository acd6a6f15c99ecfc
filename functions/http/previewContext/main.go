// previewContext answers POST /rooms/{roomId}/ai/context.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/llm"
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("previewContext", func(s *service.Services) httpapi.Handler {
		return operations.PreviewContext(llm.Preview(s))
	})
}
