package retention

import (
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

var now = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

// old is a message of so many days ago; without a number a private one.
func old(days int, sequence int64) message.Oldest {
	return message.Oldest{ID: id.Floor(now.Add(-time.Duration(days) * 24 * time.Hour)), Sequence: sequence}
}

func situation(oldest ...message.Oldest) change.Situation {
	var s change.Situation
	s.Now, s.Oldest = now, oldest
	s.Room.ID, s.Room.Retention, s.Room.FirstSequence = id.New(), room.Retention{Days: 30}, 1
	return s
}

// planned decides with batches of three, and tells how many events and what was written.
func planned(t *testing.T, s change.Situation) (removed int, more bool, events int, w change.RemoveHistory) {
	t.Helper()
	n := change.Needs{Order: change.Alone}
	p := s.Plan(id.ID{}, n)
	removed, more = decide(s, p, 3)
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	for _, written := range p.Writes() {
		if v, is := written.(change.RemoveHistory); is {
			w = v
		}
	}
	log, _ := p.RoomLog()
	return removed, more, len(log.Events), w
}

func TestWhatStaysStays(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(s *change.Situation){
		"held":        func(s *change.Situation) { s.Held = true },
		"frozen":      func(s *change.Situation) { s.Room.FrozenAt = now },
		"copied into": func(s *change.Situation) { s.Room.ForkState = "running" },
		"deleted":     func(s *change.Situation) { s.Room.DeletedAt = now },
		"unknown":     func(s *change.Situation) { s.Room.ID = id.ID{} },
		"kept whole":  func(s *change.Situation) { s.Room.Retention = room.Retention{} },
	} {
		s := situation(old(50, 1), old(40, 2))
		s.Untold = true
		change(&s)
		if removed, more, events, _ := planned(t, s); removed != 0 || more || events != 0 {
			t.Errorf("a room that is %s: %d go, %d events", what, removed, events)
		}
	}
}

func TestTheLastBatchTells(t *testing.T) {
	t.Parallel()
	bound := now.Add(-30 * 24 * time.Hour)
	for _, c := range []struct {
		what    string
		untold  bool
		oldest  []message.Oldest
		removed int
		more    bool
		events  int
		first   int64
		begins  time.Time
		after   bool // whether the room does not know afterwards
	}{
		{"the first of several", false, []message.Oldest{old(50, 1), old(49, 2), old(48, 3)}, 3, true, 0, 4, now.Add(-48 * 24 * time.Hour), true},
		{"the last", true, []message.Oldest{old(50, 4), old(20, 5), old(10, 6)}, 1, false, 1, 5, bound, false},
		{"nothing behind a full one", true, []message.Oldest{old(20, 5)}, 0, false, 1, 0, bound, false},
		{"the room is empty", true, nil, 0, false, 1, 0, bound, false},
		{"nothing is old", false, []message.Oldest{old(20, 5)}, 0, false, 0, 0, time.Time{}, false},
		{"one that is being answered", false, []message.Oldest{old(50, 1), {ID: old(40, 0).ID, Sequence: 2, Running: true}}, 1, false, 1, 2, now.Add(-40 * 24 * time.Hour), false},
		{"secrets alone", false, []message.Oldest{old(50, 0), old(20, 1)}, 1, false, 0, 0, time.Time{}, false},
		{"many secrets", false, []message.Oldest{old(50, 0), old(49, 0), old(48, 0)}, 3, true, 0, 0, time.Time{}, false},
		{"secrets behind what was said", true, []message.Oldest{old(50, 0)}, 1, false, 1, 0, bound, false},
	} {
		s := situation(c.oldest...)
		s.Untold = c.untold
		removed, more, events, w := planned(t, s)
		if removed != c.removed || more != c.more || events != c.events || w.FirstSequence != c.first || !w.BeginsAt.Equal(c.begins) || w.Untold != c.after {
			t.Errorf("%s: %d go, more %v, %d events, begins with %d at %v, untold %v", c.what, removed, more, events, w.FirstSequence, w.BeginsAt, w.Untold)
		}
	}
}
