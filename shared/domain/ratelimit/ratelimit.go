// Package ratelimit says how often somebody may do something.
package ratelimit

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

// Rule is a token bucket: Burst at once, then one more every Every.
type Rule struct {
	Name  string
	Burst int
	Every time.Duration
}

// Limiter counts. It never fails: without its store it counts in the process alone.
type Limiter interface {
	// Take takes one token of key's bucket. It returns zero, or how long to wait for one.
	Take(ctx context.Context, rule Rule, key string) time.Duration
	// Refill makes key's bucket full again.
	Refill(ctx context.Context, rule Rule, key string)
}

// Allow takes a token. Returns rate_limited, with the time to wait, if there is none.
func Allow(ctx context.Context, l Limiter, rule Rule, key string) error {
	if wait := l.Take(ctx, rule, key); wait > 0 {
		return &fault.Error{Code: fault.RateLimited, Detail: "Too many requests. Wait a moment.", RetryAfter: wait}
	}
	return nil
}
