// ai-replies writes AI replies.
package main

import (
	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/work"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	work.Start(work.Replying, func(p *chat.Parts) any {
		return queue.Attempts("ai-replies", work.Worker(p).Reply)
	}, pg.MaxConns(2))
}
