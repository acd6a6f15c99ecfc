package ratelimit

import (
	"fmt"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

func TestABucket(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	l := NewLocal(func() time.Time { return now })
	rule := Rule{Name: "r", Burst: 3, Every: 10 * time.Second}
	take := func(want time.Duration) {
		t.Helper()
		if got := l.Take(t.Context(), rule, "k"); got != want {
			t.Fatalf("wait %v, want %v", got, want)
		}
	}
	for range 3 {
		take(0)
	}
	take(10 * time.Second)
	now = now.Add(4 * time.Second)
	take(6 * time.Second)
	now = now.Add(6 * time.Second)
	take(0)
	take(10 * time.Second)
	now = now.Add(time.Hour)
	for range 3 {
		take(0)
	}
	take(10 * time.Second)
	l.Refill(t.Context(), rule, "k")
	take(0)
}

func TestAllowTellsHowLongToWait(t *testing.T) {
	t.Parallel()
	l := NewLocal(time.Now)
	rule := Rule{Name: "r", Burst: 1, Every: time.Hour}
	if err := Allow(t.Context(), l, rule, "k"); err != nil {
		t.Fatal(err)
	}
	err := Allow(t.Context(), l, rule, "k")
	if !fault.Is(err, fault.RateLimited) {
		t.Fatalf("got %v", err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	l := NewLocal(func() time.Time { return now })
	rule := Rule{Name: "r", Burst: 1, Every: time.Hour}
	for n := range 3 * maxBuckets {
		l.Take(t.Context(), rule, fmt.Sprint(n))
	}
	if len(l.buckets) > maxBuckets {
		t.Fatalf("%d buckets", len(l.buckets))
	}
}
