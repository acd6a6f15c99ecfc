package id

import (
	"testing"
	"testing/quick"
	"time"
)

func TestPlacesRiseWhateverTheClockDoes(t *testing.T) {
	t.Parallel()
	last := Place{}
	lastID := ID{}
	for i, ms := range []int64{1000, 1000, 999, 1000, 2000, 1, 2000} {
		next := last.Next(time.UnixMilli(ms))
		v := next.ID()
		if v.Compare(lastID) <= 0 {
			t.Fatalf("step %d: %v does not follow %v", i, v, lastID)
		}
		last, lastID = next, v
	}
}

func TestAFullCounterGoesOnInTheNextMillisecond(t *testing.T) {
	t.Parallel()
	if got := (Place{Millisecond: 7, Counter: 0xFFF}).After(); got != (Place{Millisecond: 8}) {
		t.Fatalf("got %+v", got)
	}
}

func TestPlaceAndTextSurviveTheRoundTrip(t *testing.T) {
	t.Parallel()
	check := func(ms uint32, counter uint16) bool {
		p := Place{Millisecond: int64(ms), Counter: int(counter) & maxCounter}
		v := p.ID()
		back, err := Parse(v.String())
		return err == nil && back == v && v.Place() == p && v[6]>>4 == 7 && v[8]>>6 == 2
	}
	if err := quick.Check(check, nil); err != nil {
		t.Fatal(err)
	}
}

func TestParseRefusesAnythingElse(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "x", "0190b3f0-0000-7000-8000-00000000000", "{0190b3f0-0000-7000-8000-000000000000}", "0190b3f0-0000-7000-8000-00000000000g", "0190b3f0a0000-7000-8000-000000000000"} {
		if _, err := Parse(s); err == nil {
			t.Errorf("%q was taken for an id", s)
		}
	}
}
