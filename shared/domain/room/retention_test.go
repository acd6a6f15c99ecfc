package room_test

import (
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

func TestShorterRetentionIsAnnounced(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	later := now.Add(room.RetentionNotice)
	announced := room.Retention{Days: 90, Announced: 30, NextAt: later}
	for _, c := range []struct {
		what string
		from room.Retention
		days int
		want room.Retention
	}{
		{"for ever to 90 waits", room.Retention{}, 90, room.Retention{Announced: 90, NextAt: later}},
		{"90 to 30 waits", room.Retention{Days: 90}, 30, announced},
		{"90 to 365 at once", room.Retention{Days: 90}, 365, room.Retention{Days: 365}},
		{"90 to for ever at once", room.Retention{Days: 90}, 0, room.Retention{}},
		{"what holds takes it back", announced, 90, room.Retention{Days: 90}},
		{"longer takes it back, too", announced, 365, room.Retention{Days: 365}},
		{"another announcement begins anew", room.Retention{Days: 90, Announced: 30, NextAt: now.Add(time.Hour)}, 60, room.Retention{Days: 90, Announced: 60, NextAt: later}},
		{"the same announcement stays", room.Retention{Days: 90, Announced: 30, NextAt: now.Add(time.Hour)}, 30, room.Retention{Days: 90, Announced: 30, NextAt: now.Add(time.Hour)}},
		{"what was announced for now holds", room.Retention{Days: 90, Announced: 30, NextAt: now}, 60, room.Retention{Days: 60}},
	} {
		if got := c.from.Change(c.days, now); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.what, got, c.want)
		}
	}
}

func TestInstallationBoundsRetention(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		from room.Retention
		want room.Retention
	}{
		{room.Retention{}, room.Retention{Announced: 365, NextAt: now.Add(room.RetentionNotice)}},
		{room.Retention{Days: 365}, room.Retention{Days: 365}},
		{room.Retention{Days: 30}, room.Retention{Days: 30}},
		{room.Retention{Announced: 90, NextAt: now.Add(time.Hour)}, room.Retention{Announced: 90, NextAt: now.Add(time.Hour)}},
		{room.Retention{Announced: 400, NextAt: now.Add(time.Hour)}, room.Retention{Announced: 365, NextAt: now.Add(room.RetentionNotice)}},
	} {
		if got := c.from.Bound(365, now); got != c.want {
			t.Errorf("%+v: got %+v, want %+v", c.from, got, c.want)
		}
	}
	for days, ok := range map[int]bool{0: false, 366: false, 29: false, 30: true, 365: true} {
		if err := room.CheckRetention(days, 365); (err == nil) != ok {
			t.Errorf("%d days where 365 are the most: %v", days, err)
		}
	}
	for days, ok := range map[int]bool{0: true, 29: false, 30: true, 3650: true, 3651: false, -1: false} {
		if err := room.CheckRetention(days, 0); (err == nil) != ok {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

func TestRetentionKeepsWhatIsYounger(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	if _, bounded := (room.Retention{Announced: 30, NextAt: now.Add(time.Second)}).Keeps(now); bounded {
		t.Error("what is only announced removes something")
	}
	from, bounded := room.Retention{Announced: 30, NextAt: now}.Keeps(now)
	if want := id.Floor(now.Add(-30 * 24 * time.Hour)); !bounded || from != want {
		t.Errorf("kept from %v, want %v", from, want)
	}
}

func TestUnreadBeginsWithTheHistory(t *testing.T) {
	m := room.Mine{Room: room.Room{LastSequence: 100, FirstSequence: 91}, LastReadSequence: 10}
	if got := m.Unread(); got != 10 {
		t.Errorf("%d unread of the ten that are left", got)
	}
	m.LastReadSequence = 95
	if got := m.Unread(); got != 5 {
		t.Errorf("%d unread, want 5", got)
	}
}

func TestHistoryBeginsWhereItWasCut(t *testing.T) {
	born := id.New()
	cut := born.Time().Add(40 * 24 * time.Hour)
	r := room.Room{ID: born, HistoryBeginsAt: cut}
	if r.Oldest() != id.Floor(cut) {
		t.Error("a room looks for what was removed")
	}
	fork := room.Room{ID: born, ForkedFromRoomID: id.New(), HistoryBeginsAt: born.Time().Add(-time.Hour)}
	if fork.Oldest() != id.Floor(fork.HistoryBeginsAt) {
		t.Error("a fork does not look for what is older than itself")
	}
}
