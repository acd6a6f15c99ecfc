// cancelJob answers DELETE /jobs/{jobId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("cancelJob", func(s *service.Services) httpapi.Handler { return operations.CancelJob(s.Jobs()) })
}
