package cloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/build"
	"github.com/yoriai/yoriai/localstack/internal/control"
	"github.com/yoriai/yoriai/localstack/internal/deploy"
	"github.com/yoriai/yoriai/localstack/internal/disk"
	"github.com/yoriai/yoriai/localstack/internal/steps"
	"github.com/yoriai/yoriai/localstack/internal/toolcheck"
)

// cloud is a local cloud coming or being up.
type cloud struct {
	settings   Settings
	builder    build.Builder
	supervisor *supervisor
	progress   *steps.Progress

	functions, stacks build.Result
	outputs           deploy.Outputs
	secret            string
	door              *http.Server

	mu    sync.Mutex
	state control.State
}

// Room that must be left on the disk: to build from nothing, and to run.
const (
	roomToBuild = 6 << 30
	roomToRun   = 1 << 30
)

// Up brings the cloud up and keeps it up until ctx ends (nil) or a part is lost for good (its failure).
func Up(ctx context.Context, s Settings) error {
	release, err := control.Lock(s.Layout)
	if errors.Is(err, control.ErrRunning) {
		return fmt.Errorf("%w: see `make status`, or stop it with `make down`", err)
	}
	if err != nil {
		return err
	}
	defer release()
	if err := check(ctx, s); err != nil {
		return err
	}
	if err := putLogsAside(s); err != nil {
		return err
	}
	if err := keepStoresTogether(s); err != nil {
		return err
	}
	c := &cloud{settings: s, builder: build.Builder{Layout: s.Layout}, progress: steps.NewProgress(os.Stdout)}
	c.state = control.State{PID: os.Getpid(), Started: time.Now(), Address: s.Address()}
	c.supervisor = newSupervisor(c.progress.Say, c.tell)
	c.tell(nil)
	return c.run(ctx)
}

// run executes the plan, then waits.
func (c *cloud) run(ctx context.Context) error {
	defer c.down()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A part may be lost while others still start.
	go func() {
		select {
		case failure := <-c.supervisor.lost:
			cancel(failure)
		case <-ctx.Done():
		}
	}()
	runner := steps.Runner{Log: c.settings.Layout.Log, Progress: c.progress, Cores: 2}
	if err := runner.Run(ctx, c.plan()); err != nil {
		return unlessStopped(err)
	}
	if err := c.settings.endpoints().Write(c.settings.Layout.State("endpoints.json")); err != nil {
		return err
	}
	c.ready(ctx)
	<-ctx.Done()
	return unlessStopped(context.Cause(ctx))
}

// unlessStopped turns being told to stop into success.
func unlessStopped(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// check looks at what the machine must bring before anything is started.
func check(ctx context.Context, s Settings) error {
	needed := uint64(roomToRun)
	if _, err := os.Stat(s.Layout.Path("dist", ".stamps")); err != nil {
		needed = roomToBuild
	}
	skip := map[string]bool{"ministack": s.OwnAWS != "", "stripe": s.stripeURL() == ""}
	return errors.Join(
		toolcheck.Check(ctx, toolcheck.Required),
		disk.Check(s.Layout.Root, needed),
		s.Ports.Check(skip),
	)
}

// putLogsAside keeps the logs of the last run, once.
func putLogsAside(s Settings) error {
	logs, err := filepath.Glob(s.Layout.Log("*"))
	if err != nil {
		return fmt.Errorf("list the logs: %w", err)
	}
	for _, log := range logs {
		// up.log is that of a detached supervisor: it is being written.
		if strings.HasSuffix(log, ".previous.log") || filepath.Base(log) == "up.log" {
			continue
		}
		if err := os.Rename(log, strings.TrimSuffix(log, ".log")+".previous.log"); err != nil {
			return fmt.Errorf("put a log aside: %w", err)
		}
	}
	return nil
}

// keepStoresTogether throws MiniStack's state away if there is no database: deployed functions believe that it was
// migrated, and projections would tell of rooms that are gone.
func keepStoresTogether(s Settings) error {
	if s.postgres().Exists() {
		return nil
	}
	return errors.Join(os.RemoveAll(s.ministack().State), os.RemoveAll(s.Layout.State("deployed")), os.RemoveAll(s.stripeState()))
}

// tell writes down the state of the parts for other invocations.
func (c *cloud) tell(parts []control.Part) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.Parts = parts
	if c.door != nil {
		c.state.Parts = append(c.state.Parts, control.Part{
			Name: "frontdoor", Port: c.settings.Ports.Web, Log: c.settings.Layout.Log("frontdoor"), State: "running",
		})
	}
	if err := c.state.Write(c.settings.Layout); err != nil {
		c.progress.Say("  ! " + err.Error())
	}
}

// ready tells that everything answers.
func (c *cloud) ready(ctx context.Context) {
	now := time.Now()
	c.mu.Lock()
	c.state.Ready = &now
	took := now.Sub(c.state.Started)
	c.mu.Unlock()
	c.supervisor.publish()
	l := c.settings.Layout
	c.progress.Say(fmt.Sprintf(`
  ┌──────────────────────────────────────────────
  │  Yoriai is ready:  %s
  └──────────────────────────────────────────────
  Answers  %s
  Started  in %.1f s; what it is made of: make status
  Logs     %s  (make logs)
  Stop     Ctrl-C, or make down in another shell
`, c.settings.Address(), c.gateway().Providers(ctx), took.Seconds(), l.Short(l.State("logs"))))
}

// down stops everything, the public address first.
func (c *cloud) down() {
	c.progress.Say("  stopping …")
	if c.door != nil {
		_ = c.door.Close()
	}
	c.supervisor.stop()
	c.progress.Close()
	_ = os.Remove(control.File(c.settings.Layout))
	_ = os.Remove(c.settings.Layout.State("endpoints.json"))
	_, _ = fmt.Println("  stopped")
}
