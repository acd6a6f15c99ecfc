package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Sleep makes a running server behave as a database that pauses when nobody uses it and is woken by the next connection: open
// connections end, and new ones wait, unanswered, until the time is over. It calls begun once the server sleeps, and returns
// when it is awake again, also if ctx ends before.
func (s Server) Sleep(ctx context.Context, pid int, asleep time.Duration, begun func()) (err error) {
	if err := s.endSessions(ctx); err != nil {
		return err
	}
	// The kernel still takes connections for a stopped server; nobody answers them.
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("put PostgreSQL (process %d) to sleep: %w", pid, err)
	}
	defer func() {
		if e := syscall.Kill(pid, syscall.SIGCONT); e != nil {
			err = errors.Join(err, fmt.Errorf("wake PostgreSQL (process %d): %w", pid, e))
		}
	}()
	begun()
	select {
	case <-ctx.Done():
	case <-time.After(asleep):
	}
	return nil
}

func (s Server) endSessions(ctx context.Context) error {
	db, err := sql.Open("postgres", s.URL())
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer db.Close() //nolint:errcheck // It has done its work.
	const all = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`
	var ended int
	if err := db.QueryRowContext(ctx, all).Scan(&ended); err != nil {
		return fmt.Errorf("end PostgreSQL's sessions: %w", err)
	}
	return nil
}
