// payments writes what was paid into the books.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Queue("payments", func(s *service.Services) queue.Work { return queue.JSON(s.Payments().Apply) })
}
