// Package deploy puts the CDK app into the local AWS, exactly as `cdk deploy` puts it into a real one.
package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/stamp"
)

// Stage is the stage that is deployed here.
const Stage = "local"

// Deployment is the CDK app of a checkout on a local AWS.
type Deployment struct {
	Layout layout.Layout
	// CDK is the command line's program, Keys the one that makes signing key and origin secret.
	CDK, Keys string
	// Endpoint is the local AWS.
	Endpoint string
	// Environ is credentials, endpoint, and the local stage's values.
	Environ []string
	// Made stands for everything that is deployed: the functions, the app, the stage's values.
	Made []string
}

// Outputs is what the deployed stacks tell.
type Outputs struct {
	HTTPAPI      string
	WebSocketAPI string
}

// Ensure deploys unless the same is there already, and tells whether it did.
func (d Deployment) Ensure(ctx context.Context, log io.Writer) (Outputs, bool, error) {
	hash, err := stamp.Of(append(d.Made, d.Environ...), nil)
	if err != nil {
		return Outputs{}, false, err
	}
	if stamp.Fresh(d.stamp(), hash) {
		if outputs, err := d.outputs(); err == nil && d.stands(ctx, outputs) {
			return outputs, false, nil
		}
	}
	if err := d.deploy(ctx, log); err != nil {
		return Outputs{}, false, err
	}
	if err := d.migrate(ctx); err != nil {
		return Outputs{}, false, err
	}
	outputs, err := d.outputs()
	if err != nil {
		return Outputs{}, false, err
	}
	return outputs, true, stamp.Write(d.stamp(), hash)
}

// deploy makes the keys, bootstraps and deploys.
func (d Deployment) deploy(ctx context.Context, log io.Writer) error {
	if err := stamp.Forget(d.stamp()); err != nil {
		return err
	}
	if err := d.run(ctx, log, d.Keys, "-stage", Stage); err != nil {
		return err
	}
	synthesised := d.Layout.State("cdk.out")
	if err := d.run(ctx, log, d.CDK, "bootstrap", "--output", synthesised); err != nil {
		return err
	}
	return d.run(ctx, log, d.CDK, "deploy", "--all", "--require-approval", "never", "--concurrency", "8",
		"--asset-parallelism", "--method", "direct", "--progress", "events", "--output", synthesised,
		"--outputs-file", d.outputsFile(), "-c", "stage="+Stage)
}

// run runs a program of the deployment at the root of the checkout, where cdk.json is.
func (d Deployment) run(ctx context.Context, log io.Writer, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // Programs we built or installed.
	cmd.Dir = d.Layout.Root
	cmd.Env = append(os.Environ(), d.Environ...)
	cmd.Env = append(cmd.Env, "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1", "CDK_DISABLE_CLI_TELEMETRY=1", "CI=true")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %w", strings.Join(command[:min(2, len(command))], " "), err)
	}
	return nil
}

// outputs reads what the last deployment told.
func (d Deployment) outputs() (Outputs, error) {
	content, err := os.ReadFile(d.outputsFile())
	if err != nil {
		return Outputs{}, fmt.Errorf("read the outputs: %w", err)
	}
	var stacks map[string]map[string]string
	if err := json.Unmarshal(content, &stacks); err != nil {
		return Outputs{}, fmt.Errorf("read the outputs: %w", err)
	}
	var found Outputs
	for _, outputs := range stacks {
		for name, value := range outputs {
			switch name {
			case "HttpApiId":
				found.HTTPAPI = value
			case "WebSocketApiId":
				found.WebSocketAPI = value
			}
		}
	}
	if found.HTTPAPI == "" || found.WebSocketAPI == "" {
		return Outputs{}, errors.New("the deployed stacks tell no HttpApiId and WebSocketApiId")
	}
	return found, nil
}

func (d Deployment) outputsFile() string { return d.Layout.State("outputs.json") }

func (d Deployment) stamp() string { return d.Layout.State("deployed") }
