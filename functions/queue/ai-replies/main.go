// ai-replies writes AI replies.
package main

import (
	"context"

	"github.com/yoriai/yoriai/shared/bootstrap/asking"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	asking.Worker(func(hide queue.Hide, reply func(ctx context.Context, generation id.ID) error) any {
		return queue.HeldGenerations("ai-replies", hide, reply)
	})
}
