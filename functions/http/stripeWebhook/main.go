// stripeWebhook answers POST /webhooks/stripe.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/pay"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	pay.Open("stripeWebhook", func(t pay.Till) httpapi.Handler { return operations.StripeWebhook(t.Hook()) })
}
