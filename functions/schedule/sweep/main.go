// sweep finds, every minute, what was left behind: outbox rows and dead attempts.
package main

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/work"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	work.Start(work.Settling, func(p *chat.Parts) any {
		return queue.Tick("sweep", func(ctx context.Context) (map[string]any, error) {
			looked, err := work.Sweeper(p).Sweep(ctx, time.Now())
			return map[string]any{"looked": looked}, err
		})
	})
}
