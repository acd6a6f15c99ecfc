// Package nightly does everything daily in one window, so that the database is woken once: partitions ahead, and the
// purge of what is only kept for a time.
package nightly

import (
	"context"
	"errors"
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
	PurgeKeys(ctx context.Context, limit int) (int64, error)
	PurgeAttempts(ctx context.Context, limit int) (int64, error)
}

// fewPartitions is when an alarm rings: without a partition for a month, nothing can be said in it.
const fewPartitions = 3

const batch = 1000

// ErrFewPartitions fails the night's run, and so rings its alarm.
var ErrFewPartitions = errors.New("fewer than three months of partitions lie ahead")

// Run does one night's work and tells what was done.
func Run(ctx context.Context, s Store, sessions Sessions, now time.Time) (map[string]any, error) {
	ahead, err := s.MakePartitions(ctx)
	done := map[string]any{"partitions_ahead": ahead}
	if err != nil {
		return done, err
	}
	for name, purge := range map[string]func(context.Context, int) (int64, error){
		"events": s.PurgeEvents, "idempotency_keys": s.PurgeKeys, "attempt_texts": s.PurgeAttempts,
		"sessions": func(ctx context.Context, limit int) (int64, error) { return sessions.Purge(ctx, now, limit) },
	} {
		total := int64(0)
		for ctx.Err() == nil {
			n, err := purge(ctx, batch)
			total += n
			done[name] = total
			if err != nil {
				return done, err
			}
			if n < batch {
				break
			}
		}
	}
	if ahead < fewPartitions {
		return done, ErrFewPartitions
	}
	return done, ctx.Err()
}
