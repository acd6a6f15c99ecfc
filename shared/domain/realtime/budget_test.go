package realtime

import (
	"testing"
	"time"
)

func TestABudgetGrantsABurstAndThenWhatTimeBrings(t *testing.T) {
	t.Parallel()
	now := epoch
	b := NewLocalBudget(10, func() time.Time { return now })
	take := func(n, wantGranted int, wantWait time.Duration) {
		t.Helper()
		if granted, wait := b.Take(t.Context(), Events, n); granted != wantGranted || wait != wantWait {
			t.Fatalf("%d, %v; want %d, %v", granted, wait, wantGranted, wantWait)
		}
	}
	take(4, 4, 0)
	take(100, 6, 100*time.Millisecond)
	take(1, 0, 100*time.Millisecond)
	now = now.Add(250 * time.Millisecond)
	take(5, 2, 50*time.Millisecond)
	now = now.Add(time.Hour)
	take(100, 10, 100*time.Millisecond)
	take(0, 0, 0)
}

func TestHintsLeaveHalfOfTheBudgetToEvents(t *testing.T) {
	t.Parallel()
	b := NewLocalBudget(10, func() time.Time { return epoch })
	for n, step := range []struct {
		purpose Purpose
		want    int
	}{{Hints, 5}, {Hints, 0}, {Events, 5}, {Events, 0}} {
		if granted, _ := b.Take(t.Context(), step.purpose, 100); granted != step.want {
			t.Fatalf("step %d: %d, want %d", n, granted, step.want)
		}
	}
}
