// health answers GET /health.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/web"
)

func main() { web.Serve(web.Health) }
