// ai-replies-dead attends what no worker could take.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Queue("ai-replies-dead", func(s *service.Services) queue.Work {
		return queue.Generation(s.Reaper().Watch)
	})
}
