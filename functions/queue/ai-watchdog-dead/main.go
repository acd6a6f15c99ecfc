// ai-watchdog-dead takes over from a watchdog that failed.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/work"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	work.Start(work.Settling, func(p *chat.Parts) any {
		return queue.Generations("ai-watchdog-dead", work.Reaper(p).Watch)
	})
}
