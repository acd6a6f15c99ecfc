// ai-watchdog-dead takes over from a watchdog that failed.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Queue("ai-watchdog-dead", func(s *service.Services) queue.Work {
		return queue.Generation(s.Reaper().Watch)
	})
}
