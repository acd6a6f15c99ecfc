// listModels answers GET /models.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/asking"
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	needs := []environment.Need{environment.Table, environment.Gateway}
	asking.Serve("GET", "/models", needs, func(p *chat.Parts) httpapi.Handler {
		return operations.ListModels(p.Catalogue)
	})
}
