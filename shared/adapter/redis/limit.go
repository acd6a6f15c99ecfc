package redis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	sdk "github.com/redis/go-redis/v9"

	"github.com/yoriai/yoriai/shared/domain/ratelimit"
)

// take is a token bucket in one step: the key holds the microsecond at which the bucket is full again. It returns the
// microseconds to wait, 0 if a token was taken.
var take = sdk.NewScript(`
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now then full = now end
local wait = full + every - now - burst * every
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', full + every), 'PX', math.ceil((full + every - now) / 1000) + 1)
return 0`)

// Limiter is ratelimit.Limiter on Redis. Without Redis each environment counts alone.
type Limiter struct {
	client *Client
	local  *ratelimit.Local
}

var _ ratelimit.Limiter = (*Limiter)(nil)

// NewLimiter makes a limiter.
func NewLimiter(c *Client) *Limiter {
	return &Limiter{client: c, local: ratelimit.NewLocal(time.Now)}
}

// Take implements ratelimit.Limiter.
func (l *Limiter) Take(ctx context.Context, rule ratelimit.Rule, key string) time.Duration {
	var wait int64
	if !l.client.do(ctx, func(ctx context.Context, r *sdk.Client) (err error) {
		wait, err = take.Run(ctx, r, []string{limitKey(rule, key)}, rule.Every.Microseconds(), rule.Burst).Int64()
		return err
	}) {
		return l.local.Take(ctx, rule, key)
	}
	return time.Duration(wait) * time.Microsecond
}

// Refill implements ratelimit.Limiter.
func (l *Limiter) Refill(ctx context.Context, rule ratelimit.Rule, key string) {
	l.local.Refill(ctx, rule, key)
	l.client.do(ctx, func(ctx context.Context, r *sdk.Client) error { return r.Del(ctx, limitKey(rule, key)).Err() })
}

// limitKey hides what people typed: names and addresses are nobody's business in a cache.
func limitKey(rule ratelimit.Rule, key string) string {
	sum := sha256.Sum256([]byte(key))
	return "limit:{" + rule.Name + ":" + hex.EncodeToString(sum[:12]) + "}"
}
