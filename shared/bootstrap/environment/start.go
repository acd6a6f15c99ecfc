package environment

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/yoriai/yoriai/shared/adapter/telemetry"
)

// Start builds a function's handler and hands it to Lambda, with its logs and its spans. What is wrong with the environment ends the process, in one log
// line.
func Start(build func(ctx context.Context, getenv func(string) string) (any, error)) {
	slog.SetDefault(telemetry.NewLogger(os.Stdout))
	spans := telemetry.Start(os.Getenv)
	handler, err := build(context.Background(), os.Getenv)
	if err != nil {
		slog.Error("cannot start", "error", err)
		os.Exit(1)
	}
	lambda.Start(spans.Wrap(handler))
}
