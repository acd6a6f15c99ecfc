package stage_test

import (
	"testing"

	"github.com/yoriai/yoriai/stacks/stage"
)

func TestTheAccountsConcurrency(t *testing.T) {
	t.Parallel()
	dev := find(t, stage.Dev, nil)
	for said, want := range map[string]int{"": 1000, "10": 10, "3000": 3000} {
		if s, err := dev.WithConcurrency(said); err != nil || s.Monitoring.Concurrency != want {
			t.Errorf("%q: %d, %v; want %d", said, s.Monitoring.Concurrency, err, want)
		}
	}
	for _, said := range []string{"0", "-1", "many", "None"} {
		if _, err := dev.WithConcurrency(said); err == nil {
			t.Errorf("%q was taken", said)
		}
	}
}
