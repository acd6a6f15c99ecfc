// nightly does everything daily in one window: partitions ahead, purges.
package main

import (
	"context"

	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/work"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	work.Start(work.Settling, func(p *chat.Parts) any {
		return queue.Tick("nightly", func(ctx context.Context) (map[string]any, error) { return work.Night(ctx, p) })
	})
}
