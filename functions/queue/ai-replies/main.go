// ai-replies writes AI replies.
package main

import (
	"github.com/yoriai/yoriai/shared/bootstrap/asking"
	"github.com/yoriai/yoriai/shared/handler/queue"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

func main() {
	asking.Worker(func(w replies.Worker) any { return queue.Attempts("ai-replies", w.Reply) })
}
