// getJob answers GET /jobs/{jobId}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	service.HTTP("getJob", func(s *service.Services) httpapi.Handler { return operations.GetJob(s.Jobs()) })
}
