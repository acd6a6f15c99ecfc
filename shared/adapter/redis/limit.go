package redis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	sdk "github.com/redis/go-redis/v9"

	"github.com/yoriai/yoriai/shared/domain/ratelimit"
)

// take is a token bucket in one step: the key holds the microsecond at which the bucket is full again. It takes up to as many
// tokens as it is asked for, and returns how many it took and, if they were fewer, the microseconds until there is another.
var take = sdk.NewScript(`
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local every, burst, asked = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now then full = now end
local taken = math.max(0, math.min(asked, math.floor((burst * every - (full - now)) / every)))
if taken > 0 then
  full = full + taken * every
  redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1)
end
if taken == asked then return {taken, 0} end
return {taken, full + every - now - burst * every}`)

// takeUpTo says false if Redis did not answer.
func (c *Client) takeUpTo(ctx context.Context, key string, n, burst int, every time.Duration) (taken int, wait time.Duration, ok bool) {
	var answer []int64
	ok = c.do(ctx, func(ctx context.Context, r *sdk.Client) (err error) {
		answer, err = take.Run(ctx, r, []string{key}, every.Microseconds(), burst, n).Int64Slice()
		if err == nil && len(answer) != 2 {
			err = errAnswer
		}
		return err
	})
	if !ok {
		return 0, 0, false
	}
	return int(answer[0]), time.Duration(answer[1]) * time.Microsecond, true
}

var errAnswer = errors.New("the token bucket answered something else")

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
	_, wait, ok := l.client.takeUpTo(ctx, limitKey(rule, key), 1, rule.Burst, rule.Every)
	if !ok {
		return l.local.Take(ctx, rule, key)
	}
	return wait
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
