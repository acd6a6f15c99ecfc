// sweep finds, every minute, what was left behind: outbox rows and dead attempts.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Schedule("sweep", func(s *service.Services) queue.Tasks {
		return queue.Tasks{"": s.Sweep}
	})
}
