package ratelimit

import (
	"context"
	"sync"
	"time"
)

// maxBuckets bounds a Local's memory; beyond it the full ones are forgotten, then all.
const maxBuckets = 10_000

// Local counts in this process alone: what is left when there is no Redis, and enough for what one environment sees.
type Local struct {
	now func() time.Time

	mu      sync.Mutex
	buckets map[string]bucket
}

// bucket is when a bucket will be full again: all that a token bucket must remember.
type bucket struct{ full time.Time }

var _ Limiter = (*Local)(nil)

// NewLocal makes a limiter.
func NewLocal(now func() time.Time) *Local {
	return &Local{now: now, buckets: map[string]bucket{}}
}

// Take implements Limiter.
func (l *Local) Take(_ context.Context, rule Rule, key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, name := l.now(), rule.Name+" "+key
	full := l.buckets[name].full
	if full.Before(now) {
		full = now
	}
	next := full.Add(rule.Every)
	// A bucket of n tokens is full again at most n times Every from now.
	if wait := next.Sub(now) - time.Duration(rule.Burst)*rule.Every; wait > 0 {
		return wait
	}
	l.makeRoom(now)
	l.buckets[name] = bucket{full: next}
	return 0
}

// Refill implements Limiter.
func (l *Local) Refill(_ context.Context, rule Rule, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.buckets, rule.Name+" "+key)
}

func (l *Local) makeRoom(now time.Time) {
	if len(l.buckets) < maxBuckets {
		return
	}
	for name, b := range l.buckets {
		if !b.full.After(now) {
			delete(l.buckets, name)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}
