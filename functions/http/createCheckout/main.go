// createCheckout answers POST /billing/checkout.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/pay"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	pay.HTTP("createCheckout", func(t pay.Till) httpapi.Handler { return operations.CreateCheckout(t.Shop()) })
}
