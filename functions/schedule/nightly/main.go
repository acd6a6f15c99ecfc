// nightly does everything daily in one window: partitions ahead, purges. An operator calls it for upkeep: {"task": "prove"}
// and {"task": "project"}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/chat"
	"github.com/yoriai/yoriai/shared/bootstrap/work"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	work.Start(work.Settling, func(p *chat.Parts) any {
		return queue.Tasks("nightly", work.Night(p), map[string]queue.Run{"prove": work.Prove(p), "project": work.Project(p)})
	})
}
