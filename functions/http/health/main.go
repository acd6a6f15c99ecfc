// health answers GET /health.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/operation"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	operation.Start("health", func(f *operation.Frame) httpapi.Handler {
		return operations.Health(f.Config.Version)
	})
}
