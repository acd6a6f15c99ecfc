package environment

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

// Start builds a function's handler and hands it to Lambda. What is wrong with the environment ends the process, in one log
// line.
func Start(build func(ctx context.Context, getenv func(string) string) (any, error)) {
	handler, err := build(context.Background(), os.Getenv)
	if err != nil {
		slog.New(slog.NewJSONHandler(os.Stdout, nil)).Error("cannot start", slog.String("error", err.Error()))
		os.Exit(1)
	}
	lambda.Start(handler)
}
