// Package ministack runs MiniStack, the AWS of the local cloud: API Gateway, Lambda, SQS, DynamoDB, EventBridge
// Scheduler, Secrets Manager, CloudFormation, as one Python process without Docker.
package ministack

import (
	"context"
	_ "embed" // the launcher
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/probe"
	"github.com/yoriai/yoriai/localstack/internal/process"
	"github.com/yoriai/yoriai/localstack/internal/python"
)

//go:embed launch.py
var launcher []byte

// Region is the one region of the local cloud.
const Region = "us-east-1"

// Server is one MiniStack.
type Server struct {
	Layout layout.Layout
	Port   int
	Log    string
	// State is the folder that keeps what it holds over a restart; empty forgets everything.
	State string
	// Scratch is a folder for the programs of its Lambdas.
	Scratch string
}

// Endpoint is what AWS_ENDPOINT_URL is set to.
func (s Server) Endpoint() string { return ports.URL(s.Port) }

// Install puts MiniStack into its virtual environment.
func Install(ctx context.Context, l layout.Layout, output io.Writer) error {
	return environment(l).Ensure(ctx, output)
}

func environment(l layout.Layout) python.Environment {
	return python.Environment{Dir: l.Tool("ministack"), Requirements: l.Path("localstack", "requirements", "ministack.txt")}
}

// Start runs the server. What was deployed into its State is there again.
func (s Server) Start(ctx context.Context) (*process.Process, error) {
	script := filepath.Join(s.Scratch, "launch_ministack.py")
	// Worker programs of an earlier run are of no use to anyone.
	if err := os.RemoveAll(s.Scratch); err != nil {
		return nil, fmt.Errorf("ministack: clear its scratch folder: %w", err)
	}
	if err := os.MkdirAll(s.Scratch, 0o750); err != nil {
		return nil, fmt.Errorf("ministack: make its scratch folder: %w", err)
	}
	if err := os.WriteFile(script, launcher, 0o600); err != nil {
		return nil, fmt.Errorf("ministack: write its launcher: %w", err)
	}
	return process.Start(ctx, process.Spec{
		Name:        "ministack",
		Command:     []string{environment(s.Layout).Python(), script},
		Dir:         s.Scratch,
		Env:         s.environ(),
		Log:         s.Log,
		Ready:       s.answers,
		StopTimeout: 20 * time.Second,
	})
}

// environ is MiniStack's environment. Lambdas inherit nothing of it but the endpoint, region and credentials.
func (s Server) environ() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + s.Scratch,
		"TMPDIR=" + s.Scratch,
		"LANG=C.UTF-8",
		"BIND_HOST=" + ports.Host,
		fmt.Sprintf("GATEWAY_PORT=%d", s.Port),
		"AWS_ENDPOINT_URL=" + s.Endpoint(),
		// Each running Lambda call holds one thread of the server.
		"MINISTACK_WORKER_THREADS=256",
		"LAMBDA_ACCOUNT_CONCURRENCY=1000",
		"LOG_LEVEL=WARNING",
		// Listeners and a Docker clean-up that nobody here wants.
		"SFTP_ENABLED=0",
		"IOT_MTLS_ENABLED=0",
		"DOCKER_HOST=unix:///nonexistent/docker.sock",
	}
	env = append(env, Credentials()...)
	if s.State != "" {
		env = append(env, "PERSIST_STATE=1", "STATE_DIR="+s.State,
			"S3_PERSIST=1", "S3_DATA_DIR="+filepath.Join(s.State, "s3"))
	}
	return env
}

// Credentials are the ones that every client of the local cloud uses.
func Credentials() []string {
	return []string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=" + Region, "AWS_DEFAULT_REGION=" + Region}
}

// answers tells whether the server is up.
func (s Server) answers(ctx context.Context) error { return Answers(ctx, s.Endpoint()) }

// Answers tells whether a LocalStack-compatible server is up at the endpoint.
func Answers(ctx context.Context, endpoint string) error {
	return probe.OK(ctx, endpoint+"/_localstack/health")
}
