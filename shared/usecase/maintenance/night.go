// Package maintenance looks after the data: one window a night for everything daily, so that the database is woken once at
// most, and what an operator asks for by hand: to prove that the logs have no holes, and to make the projection in DynamoDB
// anew from PostgreSQL, the truth.
package maintenance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"
)

// Sessions are signed-in sessions; those that have expired are deleted.
type Sessions interface {
	Purge(ctx context.Context, before time.Time, limit int) (int64, error)
}

// NightStore is what is looked after at night.
type NightStore interface {
	// MakePartitions makes months ahead and tells how many there are.
	MakePartitions(ctx context.Context) (ahead int, err error)
	// The purges delete one small batch and tell how much it was.
	PurgeEvents(ctx context.Context, limit int) (int64, error)
	PurgeUserEvents(ctx context.Context, limit int) (int64, error)
	PurgeKeys(ctx context.Context, limit int) (int64, error)
	PurgeAttempts(ctx context.Context, limit int) (int64, error)
	// FillSearch looks at so many messages that may not be found yet, and makes them so.
	FillSearch(ctx context.Context, limit int) (int64, error)
}

// Activity tells whether anything was written since the last night, without waking the database.
type Activity interface {
	// Night returns when something was last raised, when the last night was, and when it found that the next is needed; zero for what never
	// happened.
	Night(ctx context.Context) (raised, last, due time.Time, err error)
	SetNight(ctx context.Context, at, due time.Time) error
}

// Step deletes one small batch, and tells how much it was.
type Step struct {
	Name string
	Do   func(ctx context.Context, limit int) (int64, error)
}

// Eraser takes away what people deleted.
type Eraser interface {
	Steps(now time.Time) []Step
	// Due is when there will be something to erase; zero: never, as things stand.
	Due(ctx context.Context) (time.Time, error)
}

// Night is the window of one night.
type Night struct {
	Store    NightStore
	Sessions Sessions
	Activity Activity
	Erasure  Eraser
	// Retention removes what rooms need not keep. It tells how many messages went, and whether the next night has work although
	// nobody writes.
	Retention interface {
		Run(ctx context.Context) (removed int64, again bool, err error)
	}
	// Books are proven each night: one that does not add up fails it, and so rings its alarm.
	Books BookStore
}

const (
	batch = 1000
	// fewPartitions is when an alarm rings: without a partition for a month, nothing can be said in it.
	fewPartitions = 3
	// longestRest: months go by in a database that nobody uses, and its partitions run out.
	longestRest = 30 * 24 * time.Hour
	// settleTime is longer than any transaction: what was raised so shortly before a night may commit after it.
	settleTime = 90 * time.Second
)

// ErrFewPartitions fails the night's run, and so rings its alarm.
var ErrFewPartitions = errors.New("fewer than three months of partitions lie ahead")

// Run does one night's work, unless nothing was written since the last that left nothing to do, and tells what was done. What fails does not keep
// the rest from being done, and the next night tries all of it again.
func (n Night) Run(ctx context.Context, now time.Time) (map[string]any, error) {
	raised, last, due, err := n.Activity.Night(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask whether anything was written: %w", err)
	}
	if last.After(raised) && now.Sub(last) < longestRest && (due.IsZero() || now.Before(due)) {
		return map[string]any{"quiet_since": last}, nil
	}
	done, again, err := n.work(ctx, now)
	if err != nil || again {
		return done, err
	}
	if due, err = n.Erasure.Due(ctx); err != nil {
		return done, err
	}
	return done, n.Activity.SetNight(ctx, now.Add(-settleTime), due)
}

func (n Night) work(ctx context.Context, now time.Time) (done map[string]any, again bool, err error) {
	ahead, failed := n.Store.MakePartitions(ctx)
	done = map[string]any{"partitions_ahead": ahead}
	if failed == nil && ahead < fewPartitions {
		failed = ErrFewPartitions
	}
	steps := append([]Step{
		{"events", n.Store.PurgeEvents}, {"user_events", n.Store.PurgeUserEvents}, {"idempotency_keys", n.Store.PurgeKeys},
		{"attempt_texts", n.Store.PurgeAttempts}, {"search", n.Store.FillSearch},
		{"sessions", func(ctx context.Context, limit int) (int64, error) { return n.Sessions.Purge(ctx, now, limit) }},
	}, n.Erasure.Steps(now)...)
	erased, err := RunSteps(ctx, steps)
	maps.Copy(done, erased)
	failed = errors.Join(failed, err)
	removed, again, err := n.Retention.Run(ctx)
	done["retention"] = removed
	if err != nil {
		failed = errors.Join(failed, fmt.Errorf("retention: %w", err))
	}
	books, err := ProveBooks(ctx, n.Books)
	done["books"] = books
	return done, again, errors.Join(failed, err, ctx.Err())
}

// RunSteps does each step to its end, and tells how much it was. What fails keeps the others from nothing.
func RunSteps(ctx context.Context, steps []Step) (done map[string]any, failed error) {
	done = map[string]any{}
	for _, s := range steps {
		total, err := whole(ctx, s.Do)
		done[s.Name] = total
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", s.Name, err))
		}
	}
	return done, failed
}

// whole goes on batch by batch until one is not full.
func whole(ctx context.Context, step func(ctx context.Context, limit int) (int64, error)) (total int64, err error) {
	for ctx.Err() == nil {
		n, err := step(ctx, batch)
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
	return total, nil
}
