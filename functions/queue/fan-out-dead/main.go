// fan-out-dead raises the head of what could not be pushed, so that heartbeats tell of it.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Queue("fan-out-dead", func(s *service.Services) queue.Work {
		return queue.JSON(s.FanOut().RaiseHead)
	})
}
