package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/control"
	"github.com/yoriai/yoriai/localstack/internal/endpoints"
	"github.com/yoriai/yoriai/localstack/internal/jobs"
	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/logs"
	"github.com/yoriai/yoriai/localstack/internal/postgres"
	"github.com/yoriai/yoriai/localstack/internal/probe"
)

// down stops a running cloud.
func down(ctx context.Context, l layout.Layout, _ []string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	stopped, err := control.Stop(ctx, l)
	if err != nil {
		return err
	}
	if stopped {
		fmt.Println("stopped; the data stays in", l.Short(l.State("data")))
	} else {
		fmt.Println("nothing was running")
	}
	return nil
}

// status shows the parts.
func status(ctx context.Context, l layout.Layout, _ []string) error {
	if !control.Running(l) {
		fmt.Println("not running; start it with: make up")
		return nil
	}
	state, err := control.Read(l)
	if err != nil {
		return err
	}
	if state.Ready == nil {
		fmt.Printf("starting for %s (process %d)\n\n", time.Since(state.Started).Round(time.Second), state.PID)
	} else {
		fmt.Printf("%s, ready for %s (process %d)\n\n", state.Address, time.Since(*state.Ready).Round(time.Second), state.PID)
	}
	fmt.Printf("  %-10s %-15s %6s  %7s  %8s  %s\n", "part", "state", "port", "process", "restarts", "log")
	for _, part := range state.Parts {
		pid := "–"
		if part.PID != 0 {
			pid = fmt.Sprint(part.PID)
		}
		fmt.Printf("  %-10s %-15s %6d  %7s  %8d  %s\n", part.Name, part.State, part.Port, pid, part.Restarts, l.Short(part.Log))
	}
	if state.Ready != nil {
		if err := probe.OK(ctx, state.Address+"/api/health"); err != nil {
			fmt.Printf("\n  ! the API does not answer through the front door: %v\n", err)
		} else {
			fmt.Printf("\n  ✓ the API answers through the front door\n")
		}
		showJobs(ctx, l)
	}
	return nil
}

// showJobs lists the newest executions of state machines, if there are any.
func showJobs(ctx context.Context, l layout.Layout) {
	at, err := endpoints.Read(l.State("endpoints.json"))
	if err == nil {
		var list []jobs.Execution
		if list, err = jobs.Newest(ctx, at.AWS, 10); err == nil && len(list) > 0 {
			fmt.Printf("\n  %-24s %-10s %-20s %s\n", "job", "state", "begun", "execution")
			for _, e := range list {
				fmt.Printf("  %-24s %-10s %-20s %s\n", e.Machine, strings.ToLower(e.Status), e.Started.Local().Format(time.DateTime), e.Name)
			}
		}
	}
	if err != nil {
		fmt.Printf("\n  ! jobs cannot be listed: %v\n", err)
	}
}

// logs shows the logs of all parts or of those named, and follows them.
func logsCommand(ctx context.Context, l layout.Layout, arguments []string) error {
	files, err := filepath.Glob(l.Log("*"))
	if err != nil {
		return fmt.Errorf("list the logs: %w", err)
	}
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, ".previous.log") })
	if len(arguments) > 0 {
		var chosen []string
		for _, part := range arguments {
			if !slices.Contains(files, l.Log(part)) {
				return fmt.Errorf("%s has no log in %s", part, l.Short(l.State("logs")))
			}
			chosen = append(chosen, l.Log(part))
		}
		files = chosen
	}
	if len(files) == 0 {
		return fmt.Errorf("no logs yet in %s", l.Short(l.State("logs")))
	}
	logs.Follow(ctx, os.Stdout, files, func() bool { return control.Running(l) })
	return nil
}

// reset forgets everything.
func reset(ctx context.Context, l layout.Layout, arguments []string) error {
	if err := down(ctx, l, arguments); err != nil {
		return err
	}
	if err := os.RemoveAll(l.Home); err != nil {
		return fmt.Errorf("delete %s: %w", l.Home, err)
	}
	fmt.Println("deleted", l.Short(l.Home))
	return nil
}

// sleepDatabase lets the database sleep, to see what people see when it has paused.
func sleepDatabase(ctx context.Context, l layout.Layout, arguments []string) error {
	const longest = 10 * time.Minute
	if len(arguments) != 1 {
		return errors.New("say for how many seconds: yoriai-local sleep-database 20")
	}
	seconds, err := strconv.Atoi(arguments[0])
	asleep := time.Duration(seconds) * time.Second
	if err != nil || asleep <= 0 || asleep > longest {
		return fmt.Errorf("%q is not a number of seconds between 1 and %d", arguments[0], int(longest.Seconds()))
	}
	part, err := control.Find(l, "postgres")
	if err != nil {
		return err
	}
	return postgres.Server{Layout: l, Port: part.Port}.Sleep(ctx, part.PID, asleep, func() { fmt.Println("asleep for", asleep) })
}
