// stripe-commands does at Stripe what the books wish.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/pay"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	pay.Queue("stripe-commands", func(t pay.Till) queue.Record { return queue.JSON(t.Executor().Do) })
}
