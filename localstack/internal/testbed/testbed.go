// Package testbed is a set of throw-away servers for adapter tests.
package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/ministack"
	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/postgres"
	"github.com/yoriai/yoriai/localstack/internal/process"
	"github.com/yoriai/yoriai/localstack/internal/redis"
	"github.com/yoriai/yoriai/localstack/internal/stripe"
)

// Durable names the variable that makes PostgreSQL wait for the disk at every commit, as in production: for figures.
const Durable = "YORIAI_TESTBED_DURABLE"

// Bed is the running servers.
type Bed struct {
	dir     string
	environ []string

	mu    sync.Mutex
	parts []*process.Process
}

// Start runs Postgres, MiniStack, miniredis, a real Redis and stripe-mock, all at once.
func Start(ctx context.Context, l layout.Layout) (*Bed, error) {
	if err := ministack.Install(ctx, l, os.Stderr); err != nil {
		return nil, fmt.Errorf("install MiniStack: %w", err)
	}
	redisServer, err := redis.Real(ctx, l, os.Stderr)
	if err != nil {
		return nil, err
	}
	gateway, err := buildGateway(ctx, l)
	if err != nil {
		return nil, err
	}
	mock, err := stripe.Mock(ctx, l, os.Stderr)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "yoriai-testbed-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the servers: %w", err)
	}
	free, err := ports.Pick(6)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	bed := &Bed{dir: dir}
	database := postgres.Server{Layout: l, Data: filepath.Join(dir, "postgres"), Port: free[0], Log: bed.log("postgres"), ThrowAway: os.Getenv(Durable) == ""}
	cloud := ministack.Server{Layout: l, Port: free[1], Log: bed.log("ministack"), Scratch: filepath.Join(dir, "ministack")}
	bed.environ = []string{
		"TEST_DATABASE_URL=" + database.URL(),
		"TEST_AWS_ENDPOINT=" + cloud.Endpoint(),
		"TEST_REDIS_URL=" + redis.URL(free[2]),
		"TEST_REAL_REDIS_URL=" + redis.URL(free[3]),
		"TEST_GATEWAY_PROGRAM=" + gateway,
		"TEST_STRIPE_PROGRAM=" + self,
		"TEST_STRIPE_MOCK_URL=http://" + ports.Address(free[4]),
	}
	starts := []func(context.Context) (*process.Process, error){
		database.Start,
		cloud.Start,
		func(ctx context.Context) (*process.Process, error) {
			return redis.Start(ctx, free[2], bed.log("redis"))
		},
		func(ctx context.Context) (*process.Process, error) {
			return redis.StartReal(ctx, redisServer, free[3], dir)
		},
		func(ctx context.Context) (*process.Process, error) {
			return stripe.StartMock(ctx, mock, free[4], free[5], bed.log("stripe-mock"))
		},
	}
	if err := bed.startAll(ctx, starts); err != nil {
		bed.stopParts() // the logs stay, for whoever reads the error
		return nil, err
	}
	return bed, nil
}

// buildGateway makes the LLM gateway as its own tests do: for tests that start, stop and kill one themselves.
func buildGateway(ctx context.Context, l layout.Layout) (string, error) {
	cmd := exec.CommandContext(ctx, "cargo", "build", "--locked", "--quiet", "--bin", "llm-gateway")
	cmd.Dir = l.Path("llm-gateway")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build the gateway (is Rust there? https://rustup.rs): %w", err)
	}
	return l.Path("llm-gateway", "target", "debug", "llm-gateway"), nil
}

// startAll starts the servers side by side.
func (b *Bed) startAll(ctx context.Context, starts []func(context.Context) (*process.Process, error)) error {
	failures := make([]error, len(starts))
	var wait sync.WaitGroup
	for i, start := range starts {
		wait.Go(func() {
			part, err := start(ctx)
			if err != nil {
				failures[i] = err
				return
			}
			b.mu.Lock()
			defer b.mu.Unlock()
			b.parts = append(b.parts, part)
		})
	}
	wait.Wait()
	return errors.Join(failures...)
}

// Environ is what a test finds the servers by.
func (b *Bed) Environ() []string { return b.environ }

// Stop ends the servers and deletes all they wrote.
func (b *Bed) Stop() {
	b.stopParts()
	_ = os.RemoveAll(b.dir)
}

// stopParts ends the servers.
func (b *Bed) stopParts() {
	var wait sync.WaitGroup
	for _, part := range b.parts {
		wait.Go(part.Stop)
	}
	wait.Wait()
}

func (b *Bed) log(part string) string { return filepath.Join(b.dir, part+".log") }
