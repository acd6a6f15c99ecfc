// health answers GET /health.
package main

import "github.com/yoriai/yoriai/shared/bootstrap/web"

func main() { web.Serve("GET", "/health", nil, web.Health) }
