// ai-watchdog looks after an attempt until it has ended.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Queue("ai-watchdog", func(s *service.Services) queue.Work {
		return queue.Generation(s.Reaper().Watch)
	})
}
