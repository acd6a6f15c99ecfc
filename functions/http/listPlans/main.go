// listPlans answers GET /billing/plans.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/pay"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/http/operations"
)

func main() {
	pay.HTTP("listPlans", func(t pay.Till) httpapi.Handler { return operations.ListPlans(t.Shop()) })
}
