package stripe

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/probe"
	"github.com/yoriai/yoriai/localstack/internal/process"
)

// mockVersion is Stripe's own program that checks requests against Stripe's description of its API.
const mockVersion = "v0.203.0"

// Mock brings stripe-mock below the tools, once.
func Mock(ctx context.Context, l layout.Layout, output io.Writer) (string, error) {
	dir := l.Tool("stripe-mock-" + mockVersion)
	program := filepath.Join(dir, "stripe-mock")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	cmd := exec.CommandContext(ctx, "go", "install", "github.com/stripe/stripe-mock@"+mockVersion)
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOWORK=off")
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("install stripe-mock: %w", err)
	}
	return program, nil
}

// StartMock runs it. It knows requests, and remembers nothing.
func StartMock(ctx context.Context, program string, port, tlsPort int, log string) (*process.Process, error) {
	return process.Start(ctx, process.Spec{
		Name:    "stripe-mock",
		Command: []string{program, "-http-addr", ports.Address(port), "-https-addr", ports.Address(tlsPort)},
		Log:     log,
		Ready:   func(ctx context.Context) error { return probe.Alive(ctx, "http://"+ports.Address(port)) },
	})
}
