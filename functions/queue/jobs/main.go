// jobs starts the state machines of jobs.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Queue("jobs", func(s *service.Services) queue.Work { return queue.JSON(s.Machines().Start) })
}
