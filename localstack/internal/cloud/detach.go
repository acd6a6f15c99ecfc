package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/control"
)

// UpDetached starts the cloud in a session of its own, shows its progress, and returns when it is ready.
func UpDetached(ctx context.Context, s Settings) error {
	log := s.Layout.Log("up")
	if err := os.MkdirAll(s.Layout.State("logs"), 0o750); err != nil {
		return fmt.Errorf("make the folder of the logs: %w", err)
	}
	file, err := os.Create(log)
	if err != nil {
		return fmt.Errorf("make the log: %w", err)
	}
	defer file.Close() //nolint:errcheck // The child has its own.
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.Command(self, "up") //nolint:gosec // This program itself.
	cmd.Env = append(os.Environ(), "UP_DETACH=")
	cmd.Stdout, cmd.Stderr = file, file
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return showUntilReady(ctx, s, log, cmd.Process, ended)
}

// showUntilReady copies the child's progress until it is ready, has ended, or the caller gives up.
func showUntilReady(ctx context.Context, s Settings, log string, child *os.Process, ended <-chan error) error {
	shown, err := os.Open(log) //nolint:gosec // A log of ours.
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	defer shown.Close() //nolint:errcheck // Only read.
	show := func() { _, _ = io.Copy(os.Stdout, shown) }
	for {
		show()
		state, err := control.Read(s.Layout)
		if err == nil && state.PID == child.Pid && state.Ready != nil {
			show()
			return nil
		}
		select {
		case <-ctx.Done():
			_ = child.Signal(syscall.SIGTERM)
			<-ended //nolint:errcheck // It was told to end.
			show()
			return errors.New("given up")
		case err := <-ended:
			show()
			if err == nil {
				err = errors.New("it was told to stop")
			}
			return fmt.Errorf("the local cloud did not come up (%w); see %s", err, s.Layout.Short(log))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
