// nightly does everything daily in one window: partitions ahead, purges. An operator calls it for upkeep: {"task": "prove"}
// and {"task": "project"}.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Schedule("nightly", func(s *service.Services) queue.Tasks {
		return queue.Tasks{"": s.Night, "prove": s.Prove, "project": s.Project}
	})
}
