// fan-out-dead raises the head of what could not be pushed, so that heartbeats tell of it.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/work"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	work.Start(work.Fanning, func(p *chat.Parts) any {
		return queue.Each("fan-out-dead", work.FanOut(p).RaiseHead)
	})
}
