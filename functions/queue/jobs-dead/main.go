// jobs-dead counts jobs that could not be started; the sweeper begins them anew.
package main

import (
	"context"
	"log/slog"

	"github.com/yoriai/yoriai/shared/bootstrap/service"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func main() {
	service.Queue("jobs-dead", func(*service.Services) queue.Work {
		return queue.JSON(func(ctx context.Context, s outbox.Start) error {
			slog.ErrorContext(ctx, "a job was not started", "job", s.JobID, "kind", s.Kind, "attempt", s.Attempt)
			return nil
		})
	})
}
