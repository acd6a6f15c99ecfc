package realtime

import (
	"context"
	"sync"
	"time"
)

// Budget is how many frames a stage may send; whoever posts shares it.
type Budget interface {
	// Take takes up to n frames. It returns how many were granted and, if fewer than n, how long until the next is there.
	Take(ctx context.Context, p Purpose, n int) (granted int, wait time.Duration)
}

// Purpose is what frames are sent for.
type Purpose int

// Hints leave half of a full budget to events: a running answer must not hold up what happens in all other rooms.
const (
	Events Purpose = iota
	Hints
)

// Burst is how much of a budget of so many frames a second may be used up at once.
func (p Purpose) Burst(perSecond int) int {
	if p == Hints {
		return max(perSecond/2, 1)
	}
	return perSecond
}

// Bucket is a token bucket's state: the moment at which it is full again.
type Bucket struct{ Full time.Time }

// Take takes up to n tokens from a bucket that holds burst tokens and gains one each period.
func (b Bucket) Take(now time.Time, n, burst int, every time.Duration) (after Bucket, granted int, wait time.Duration) {
	if b.Full.Before(now) {
		b.Full = now
	}
	left := time.Duration(burst)*every - b.Full.Sub(now)
	granted = max(0, min(n, int(left/every)))
	b.Full = b.Full.Add(time.Duration(granted) * every)
	if granted < n {
		wait = b.Full.Add(every).Sub(now) - time.Duration(burst)*every
	}
	return b, granted, wait
}

// LocalBudget is a budget of one process alone: what is left where environments share nothing.
type LocalBudget struct {
	perSecond int
	now       func() time.Time

	mu     sync.Mutex
	bucket Bucket
}

var _ Budget = (*LocalBudget)(nil)

// NewLocalBudget makes a budget of so many frames a second.
func NewLocalBudget(perSecond int, now func() time.Time) *LocalBudget {
	return &LocalBudget{perSecond: max(perSecond, 1), now: now}
}

// Take implements Budget.
func (l *LocalBudget) Take(_ context.Context, p Purpose, n int) (granted int, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bucket, granted, wait = l.bucket.Take(l.now(), n, p.Burst(l.perSecond), time.Second/time.Duration(l.perSecond))
	return granted, wait
}
