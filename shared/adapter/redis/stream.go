package redis

import (
	"context"
	"strconv"
	"sync"
	"time"

	sdk "github.com/redis/go-redis/v9"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// textLifetime is longer than any reply takes.
const textLifetime = 10 * time.Minute

// StreamText keeps the text of a reply while it streams, so that a reader who comes in the middle need not wait for the
// next checkpoint. An attempt that is older than what is there changes nothing.
type StreamText struct{ client *Client }

// NewStreamText makes the store; without Redis it holds nothing.
func NewStreamText(c *Client) StreamText { return StreamText{client: c} }

// keep writes an attempt's text unless a later attempt, or a longer text of this one, is there.
var keep = sdk.NewScript(`
local attempt = tonumber(redis.call('HGET', KEYS[1], 'attempt') or '0')
local new = tonumber(ARGV[1])
if new < attempt then return 0 end
if new == attempt and #ARGV[2] < redis.call('HSTRLEN', KEYS[1], 'text') then return 0 end
redis.call('HSET', KEYS[1], 'attempt', new, 'text', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`)

func textKey(message id.ID) string { return "text:{" + message.String() + "}" }

// Set keeps the text so far. Whether it was kept makes no difference to the caller: the checkpoint is the truth.
func (s StreamText) Set(ctx context.Context, message id.ID, attempt int, text string) {
	s.client.do(ctx, func(ctx context.Context, r *sdk.Client) error {
		return keep.Run(ctx, r, []string{textKey(message)}, attempt, text, textLifetime.Milliseconds()).Err()
	})
}

// Get is the newest attempt and its text so far. It says false if nothing is kept.
func (s StreamText) Get(ctx context.Context, message id.ID) (attempt int, text string, ok bool) {
	var fields map[string]string
	s.client.do(ctx, func(ctx context.Context, r *sdk.Client) (err error) {
		fields, err = r.HGetAll(ctx, textKey(message)).Result()
		return err
	})
	attempt, err := strconv.Atoi(fields["attempt"])
	if err != nil {
		return 0, "", false
	}
	return attempt, fields["text"], true
}

// Forget drops the text of a settled reply.
func (s StreamText) Forget(ctx context.Context, message id.ID) {
	s.client.do(ctx, func(ctx context.Context, r *sdk.Client) error { return r.Del(ctx, textKey(message)).Err() })
}

// StopHint tells the worker that streams a reply to stop before its next checkpoint. It is only a hint: the stop itself is
// a row in Postgres.
type StopHint struct{ client *Client }

// NewStopHint makes the hint; without Redis nobody hears it.
func NewStopHint(c *Client) StopHint { return StopHint{client: c} }

func stopChannel(message id.ID) string { return "stop:" + message.String() }

// Publish hints that somebody stopped this message's reply.
func (s StopHint) Publish(ctx context.Context, message id.ID) {
	s.client.do(ctx, func(ctx context.Context, r *sdk.Client) error {
		return r.Publish(ctx, stopChannel(message), "stop").Err()
	})
}

// Subscribe gives a channel that gets a value for each hint, until cancel. It never blocks: a Redis that is away is as
// silent as none.
func (s StopHint) Subscribe(ctx context.Context, message id.ID) (hints <-chan struct{}, cancel func()) {
	out := make(chan struct{}, 1)
	if s.client == nil {
		return out, func() {}
	}
	subscription := s.client.redis.Subscribe(ctx, stopChannel(message))
	messages := subscription.Channel()
	done := make(chan struct{})
	var once sync.Once
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ctx.Done():
				_ = subscription.Close()
				return
			case _, open := <-messages:
				if !open {
					return
				}
				select {
				case out <- struct{}{}:
				default: // one is waiting already
				}
			}
		}
	}()
	return out, func() {
		once.Do(func() { close(done); _ = subscription.Close() })
	}
}
