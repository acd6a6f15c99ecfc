// Package nightly does everything daily in one window, so that the database is woken once: partitions ahead, and the
// purge of what is only kept for a time.
package nightly

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Sessions are signed-in sessions; those that have expired are deleted.
type Sessions interface {
	Purge(ctx context.Context, before time.Time, limit int) (int64, error)
}

// Store is what is looked after.
type Store interface {
	// MakePartitions makes months ahead and tells how many there are.
	MakePartitions(ctx context.Context) (ahead int, err error)
	// The purges delete one small batch and tell how much it was.
	PurgeEvents(ctx context.Context, limit int) (int64, error)
	PurgeUserEvents(ctx context.Context, limit int) (int64, error)
	PurgeKeys(ctx context.Context, limit int) (int64, error)
	PurgeAttempts(ctx context.Context, limit int) (int64, error)
}

// fewPartitions is when an alarm rings: without a partition for a month, nothing can be said in it.
const fewPartitions = 3

const batch = 1000

// ErrFewPartitions fails the night's run, and so rings its alarm.
var ErrFewPartitions = errors.New("fewer than three months of partitions lie ahead")

// Run does one night's work, in this order, and tells what was done. What fails does not keep the rest from being done.
func Run(ctx context.Context, s Store, sessions Sessions, now time.Time) (map[string]any, error) {
	ahead, failed := s.MakePartitions(ctx)
	done := map[string]any{"partitions_ahead": ahead}
	if failed == nil && ahead < fewPartitions {
		failed = ErrFewPartitions
	}
	for _, p := range []struct {
		name  string
		purge func(ctx context.Context, limit int) (int64, error)
	}{
		{"events", s.PurgeEvents}, {"user_events", s.PurgeUserEvents}, {"idempotency_keys", s.PurgeKeys}, {"attempt_texts", s.PurgeAttempts},
		{"sessions", func(ctx context.Context, limit int) (int64, error) { return sessions.Purge(ctx, now, limit) }},
	} {
		total, err := whole(ctx, p.purge)
		done[p.name] = total
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("purge %s: %w", p.name, err))
		}
	}
	return done, errors.Join(failed, ctx.Err())
}

// whole purges batch by batch until one is not full.
func whole(ctx context.Context, purge func(ctx context.Context, limit int) (int64, error)) (total int64, err error) {
	for ctx.Err() == nil {
		n, err := purge(ctx, batch)
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
	return total, nil
}
