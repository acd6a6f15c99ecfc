// fan-out pushes committed events to sockets.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/work"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	work.Start(work.Fanning, func(p *chat.Parts) any {
		return queue.Each("fan-out", work.FanOut(p).Push)
	})
}
