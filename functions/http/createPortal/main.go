// createPortal answers POST /billing/portal.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/pay"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	pay.HTTP("createPortal", func(t pay.Till) httpapi.Handler { return operations.CreatePortal(t.Shop()) })
}
