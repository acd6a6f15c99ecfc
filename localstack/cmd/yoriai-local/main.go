// Command yoriai-local is the local cloud: it builds, starts, deploys and supervises everything Yoriai consists of on
// one machine, and is its front door.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/yoriai/yoriai/localstack/internal/cloud"
	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/postgres"
	"github.com/yoriai/yoriai/localstack/internal/redis"
	"github.com/yoriai/yoriai/localstack/internal/stripe"
)

// command is something a user may ask for.
type command struct {
	name, arguments, does string
	run                   func(ctx context.Context, l layout.Layout, arguments []string) error
}

func commands() []command {
	return []command{
		{"up", "[--detach]", "build, start and deploy everything; stay until Ctrl-C, or return when ready", up},
		{"down", "", "stop a running cloud; its data stays", down},
		{"status", "", "show the parts and whether they answer", status},
		{"logs", "[part]…", "show and follow the logs", logsCommand},
		{"reset", "", "stop, and delete all data", reset},
		{"sleep-database", "SECONDS", "let the database sleep, as one that pauses when nobody uses it", sleepDatabase},
		{"build", "[functions|stacks|gateway|web|tools|aws]…", "build what has changed", buildCommand},
	}
}

func main() {
	// The terminal may close: that ends the cloud like Ctrl-C.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\n%s\n", err)
		os.Exit(1)
	}
}

// run finds the command.
func run(ctx context.Context, arguments []string) error {
	if len(arguments) == 0 {
		return usage()
	}
	// Parts that are this program itself.
	switch arguments[0] {
	case postgres.PrepareCommand:
		return postgres.Prepare(arguments[1:])
	case redis.ServeCommand:
		return redis.Serve(ctx, arguments[1:])
	case stripe.ServeCommand:
		return stripe.Serve(ctx, arguments[1:])
	}
	l, err := layout.Find()
	if err != nil {
		return err
	}
	for _, c := range commands() {
		if c.name == arguments[0] {
			return c.run(ctx, l, arguments[1:])
		}
	}
	return usage()
}

func usage() error {
	var text strings.Builder
	_, _ = fmt.Fprintln(&text, "usage: yoriai-local COMMAND")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(&text, "  %-52s %s\n", c.name+" "+c.arguments, c.does)
	}
	return errors.New(text.String())
}

// up brings the cloud up in the foreground or, with --detach, in a process of its own.
func up(ctx context.Context, l layout.Layout, arguments []string) error {
	settings, err := cloud.FromEnvironment(l)
	if err != nil {
		return err
	}
	if slices.Contains(arguments, "--detach") || os.Getenv("UP_DETACH") == "1" {
		return cloud.UpDetached(ctx, settings)
	}
	return cloud.Up(ctx, settings)
}
