// fan-out pushes committed events to sockets.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Queue("fan-out", func(s *service.Services) queue.Work {
		return queue.Pushes(s.FanOut().Push)
	})
}
