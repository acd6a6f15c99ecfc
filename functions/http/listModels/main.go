// listModels answers GET /models.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/llm"
	"github.com/yoriai/yoriai/shared/bootstrap/operation"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	operation.Start("listModels", func(f *operation.Frame) httpapi.Handler {
		return operations.ListModels(llm.Catalogue(f))
	})
}
