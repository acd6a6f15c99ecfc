package redis_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// each runs a test on the local default, on a real server where there is one, on a server that is away, and on none.
func each(t *testing.T, test func(t *testing.T, c *redis.Client, answers bool)) {
	t.Helper()
	address, real := os.Getenv("TEST_REDIS_URL"), os.Getenv("TEST_REAL_REDIS_URL")
	if address == "" || real == "" {
		t.Fatal("TEST_REDIS_URL and TEST_REAL_REDIS_URL are not set: run `go run ./localstack/cmd/yoriai-testbed go test ./shared/...`")
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	away := "redis://" + closed.Addr().String()
	closed.Close()
	stages := map[string]string{"local": address, "away": away, "none": "", "real": real}
	for name, url := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := redis.Open(url)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := c.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, c, name == "local" || name == "real")
		})
	}
}

func TestABucketLetsABurstThroughAndThenDrips(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *redis.Client, _ bool) {
		limiter := redis.NewLimiter(c)
		rule, key := ratelimit.Rule{Name: "test", Burst: 5, Every: 300 * time.Millisecond}, id.New().String()
		var taken atomic.Int32
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if limiter.Take(t.Context(), rule, key) == 0 {
					taken.Add(1)
				}
			})
		}
		wait.Wait()
		if taken.Load() != 5 {
			t.Fatalf("a burst of %d, want 5", taken.Load())
		}
		pause := limiter.Take(t.Context(), rule, key)
		if pause <= 0 || pause > rule.Every {
			t.Fatalf("to wait %v, want at most %v", pause, rule.Every)
		}
		if other := limiter.Take(t.Context(), rule, key+"other"); other != 0 {
			t.Fatalf("another key waits %v", other)
		}
		time.Sleep(pause + 20*time.Millisecond)
		if again := limiter.Take(t.Context(), rule, key); again != 0 {
			t.Fatalf("after the pause: wait %v", again)
		}
		limiter.Refill(t.Context(), rule, key)
		for n := range 5 {
			if limiter.Take(t.Context(), rule, key) != 0 {
				t.Fatalf("a full bucket gave %d", n)
			}
		}
	})
}

func TestEnvironmentsCountTogetherOnlyThroughRedis(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *redis.Client, answers bool) {
		rule, key := ratelimit.Rule{Name: "shared", Burst: 1, Every: time.Hour}, id.New().String()
		if redis.NewLimiter(c).Take(t.Context(), rule, key) != 0 {
			t.Fatal("the first waits")
		}
		if waits := redis.NewLimiter(c).Take(t.Context(), rule, key) > 0; waits != answers {
			t.Fatalf("another environment waits: %v, want %v", waits, answers)
		}
	})
}

// source is where denials are kept for good.
type source struct {
	mu     sync.Mutex
	denied map[id.ID]bool
	asked  int
}

func (s *source) Deny(_ context.Context, session id.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied[session] = true
	return nil
}

func (s *source) Denied(_ context.Context, session id.ID) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return s.denied[session], nil
}

func TestDenialsAreTrueWithAndWithoutRedis(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *redis.Client, answers bool) {
		s := &source{denied: map[id.ID]bool{}}
		denials, session := redis.NewDenials(c, s), id.New()
		if denied, err := denials.Denied(t.Context(), session); err != nil || denied {
			t.Fatal(denied, err)
		}
		// Nothing remembers that the session was good.
		s.denied[session] = true
		for range 3 {
			if denied, err := denials.Denied(t.Context(), session); err != nil || !denied {
				t.Fatal(denied, err)
			}
		}
		if want := map[bool]int{true: 2, false: 4}[answers]; s.asked != want {
			t.Fatalf("the source was asked %d times, want %d", s.asked, want)
		}
		other := id.New()
		if err := denials.Deny(t.Context(), other); err != nil || !s.denied[other] {
			t.Fatal("not denied at the source", err)
		}
	})
}

func TestTheRunningTextOnlyGrows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *redis.Client, answers bool) {
		texts, message := redis.NewStreamText(c), id.New()
		if _, _, ok := texts.Get(t.Context(), message); ok {
			t.Fatal("there is a text before any was kept")
		}
		for n, step := range []struct {
			attempt     int
			text        string
			wantAttempt int
			wantText    string
		}{
			{1, "寄", 1, "寄"},
			{1, "寄合", 1, "寄合"},
			{1, "寄", 1, "寄合"},  // late
			{2, "", 2, ""},     // a new attempt begins
			{1, "寄合です", 2, ""}, // a worker that was thought dead
			{2, "a", 2, "a"},
		} {
			texts.Set(t.Context(), message, step.attempt, step.text)
			attempt, text, ok := texts.Get(t.Context(), message)
			if !answers {
				if ok {
					t.Fatal("a text without Redis")
				}
				continue
			}
			if got, want := fmt.Sprint(attempt, text, ok), fmt.Sprint(step.wantAttempt, step.wantText, true); got != want {
				t.Fatalf("step %d: got %s, want %s", n, got, want)
			}
		}
		texts.Forget(t.Context(), message)
		if _, _, ok := texts.Get(t.Context(), message); ok {
			t.Fatal("a forgotten text")
		}
	})
}

func TestAStopIsHeard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *redis.Client, answers bool) {
		hint, message := redis.NewStopHint(c), id.New()
		hints, cancel := hint.Subscribe(t.Context(), message)
		defer cancel()
		deadline := time.After(5 * time.Second)
		if !answers {
			deadline = time.After(300 * time.Millisecond)
		}
		for {
			hint.Publish(t.Context(), id.New()) // of another message
			hint.Publish(t.Context(), message)
			select {
			case <-hints:
				if !answers {
					t.Fatal("a hint without Redis")
				}
				return
			case <-deadline:
				if answers {
					t.Fatal("nobody heard")
				}
				return
			case <-time.After(50 * time.Millisecond): // the subscription may not stand yet
			}
		}
	})
}

func TestARedisThatHangsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	c, err := redis.Open("redis://" + silent.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	limiter, rule := redis.NewLimiter(c), ratelimit.Rule{Name: "hang", Burst: 100, Every: time.Second}
	began := time.Now()
	for range 50 {
		limiter.Take(t.Context(), rule, "k")
	}
	// One call waits; the others know.
	if took := time.Since(began); took > time.Second {
		t.Fatalf("50 calls took %v", took)
	}
}

func TestAStageHasOneBudgetWhereThereIsRedis(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *redis.Client, answers bool) {
		// One bucket serves the whole stage: what other tests took of it comes back within a second.
		const perSecond = 1
		one, other := redis.NewBudget(c, perSecond), redis.NewBudget(c, perSecond)
		granted, wait := one.Take(t.Context(), realtime.Events, 100)
		for ; granted == 0; granted, wait = one.Take(t.Context(), realtime.Events, 100) {
			time.Sleep(wait)
		}
		if granted != 1 || wait <= 0 || wait > time.Second {
			t.Fatalf("granted %d, wait %v", granted, wait)
		}
		more, _ := other.Take(t.Context(), realtime.Hints, 1)
		if shared := more == 0; shared != answers {
			t.Fatalf("another environment got %d", more)
		}
	})
}
