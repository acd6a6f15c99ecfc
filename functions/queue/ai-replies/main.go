// ai-replies writes AI replies.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/llm"
	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Queue("ai-replies", func(s *service.Services) queue.Work {
		return queue.Held(s.Hide, queue.Generation(llm.Worker(s).Reply))
	})
}
