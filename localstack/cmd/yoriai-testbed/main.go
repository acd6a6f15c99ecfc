// Command yoriai-testbed starts a throw-away Postgres, Redis and MiniStack on free ports, runs a command that finds them
// in its environment (TEST_DATABASE_URL, TEST_REDIS_URL, TEST_AWS_ENDPOINT), and removes them again. The LLM gateway is
// built for them (TEST_GATEWAY_PROGRAM) and not started, and so is the local Stripe, which is this program (TEST_STRIPE_PROGRAM):
// each test has its own, with a clock to turn. What is sent to it is shown to stripe-mock as well (TEST_STRIPE_MOCK_URL).
//
//	yoriai-testbed go test ./...
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/postgres"
	"github.com/yoriai/yoriai/localstack/internal/redis"
	"github.com/yoriai/yoriai/localstack/internal/stripe"
	"github.com/yoriai/yoriai/localstack/internal/testbed"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case postgres.PrepareCommand:
			exit(postgres.Prepare(os.Args[2:]))
		case redis.ServeCommand:
			exit(redis.Serve(ctx, os.Args[2:]))
		case stripe.ServeCommand:
			exit(stripe.Serve(ctx, os.Args[2:]))
		}
	}
	err := run(ctx, os.Args[1:])
	stop()
	exit(err)
}

// exit ends with the command's own status where there is one.
func exit(err error) {
	var status *exec.ExitError
	switch {
	case err == nil:
		os.Exit(0)
	case errors.As(err, &status):
		os.Exit(status.ExitCode())
	default:
		fmt.Fprintln(os.Stderr, "yoriai-testbed:", err)
		os.Exit(1)
	}
}

// run starts the servers around the command.
func run(ctx context.Context, command []string) error {
	if len(command) == 0 {
		return errors.New("usage: yoriai-testbed COMMAND [ARGUMENT…]")
	}
	l, err := layout.Find()
	if err != nil {
		return err
	}
	bed, err := testbed.Start(ctx, l)
	if err != nil {
		return err
	}
	defer bed.Stop()
	//nolint:gosec // The command is what the caller asked for.
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), bed.Environ()...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd.Run()
}
