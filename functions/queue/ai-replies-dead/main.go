// ai-replies-dead attends what no worker could take.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/work"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	work.Start(work.Settling, func(p *chat.Parts) any {
		return queue.Generations("ai-replies-dead", work.Reaper(p).Watch)
	})
}
