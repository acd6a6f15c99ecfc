// reconcile sends again, every night, what Stripe told and nobody confirmed.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/pay"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	pay.Schedule("reconcile", func(t pay.Till) queue.Tasks { return queue.Tasks{"": t.Hook().Reconcile} })
}
