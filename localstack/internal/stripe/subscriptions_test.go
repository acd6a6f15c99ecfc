package stripe

import (
	"testing"
	"time"
)

// A month ends on the day of the anchor, or on the last that it has; the anchor is not forgotten by a short one.
func TestMonthsEnd(t *testing.T) {
	t.Parallel()
	anchor := time.Date(2026, 1, 31, 12, 30, 0, 0, time.UTC)
	at := anchor
	for _, want := range []string{"2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31"} {
		at = month(at, anchor)
		if got := at.Format(time.DateOnly); got != want || at.Hour() != 12 || at.Minute() != 30 {
			t.Fatalf("got %s, want %s at 12:30", at, want)
		}
	}
	leap := time.Date(2028, 1, 30, 0, 0, 0, 0, time.UTC)
	if got := month(leap, leap).Format(time.DateOnly); got != "2028-02-29" {
		t.Error(got)
	}
}
