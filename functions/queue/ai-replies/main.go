// ai-replies writes AI replies.
package main

import (
	"context"

	"github.com/yoriai/yoriai/shared/bootstrap/asking"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	asking.Worker(func(hide queue.Hide, reply func(ctx context.Context, a ai.Attempt) error) any {
		return queue.HeldAttempts("ai-replies", hide, reply)
	})
}
