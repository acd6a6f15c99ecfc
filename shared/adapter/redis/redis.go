// Package redis keeps what may be forgotten: rate limits, ended sessions, the running text of streams, hints to stop.
//
// A stage may have no Redis, and Redis may be away: every port here then does what the product can do without. A nil
// *Client is such a stage.
package redis

import (
	"context"
	"sync/atomic"
	"time"

	sdk "github.com/redis/go-redis/v9"
)

// How long a call may take, and how long Redis is left alone after one failed: an answer must not wait for a cache.
const (
	callTimeout = 250 * time.Millisecond
	restTime    = time.Second
)

// Client is one connection to Redis. It connects on first use.
type Client struct {
	redis *sdk.Client
	// resting is the end of the rest after a failure, in nanoseconds.
	resting atomic.Int64
}

// Open makes a client of an address; nil for an empty one.
func Open(url string) (*Client, error) {
	if url == "" {
		return nil, nil
	}
	options, err := sdk.ParseURL(url)
	if err != nil {
		return nil, err
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = callTimeout, callTimeout, callTimeout
	options.MaxRetries = 1
	options.PoolSize, options.MinIdleConns = 4, 0
	// Valkey on AWS refuses the command, and nothing here needs its answer.
	options.DisableIdentity = true
	return &Client{redis: sdk.NewClient(options)}, nil
}

// Close ends the connection.
func (c *Client) Close() error {
	if c == nil {
		return nil
	}
	return c.redis.Close()
}

// do calls Redis unless there is none or it rests, and says whether it answered. What Redis answers is no failure, even nil.
func (c *Client) do(ctx context.Context, call func(ctx context.Context, r *sdk.Client) error) bool {
	if c == nil || time.Now().UnixNano() < c.resting.Load() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := call(ctx, c.redis); err != nil && err != sdk.Nil { //nolint:errorlint // the client returns the value itself
		c.resting.Store(time.Now().Add(restTime).UnixNano())
		return false
	}
	return true
}
