package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

func TestPagesGoBothWaysAndAround(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []id.ID
	for i := range 25 {
		all = append(all, h.says(h.master, fmt.Sprint(i)).ID)
	}
	read := func(q messages.Query) (list []string, more bool) {
		t.Helper()
		q.RoomID, q.Person = h.room, h.master
		page, err := h.messages.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Messages {
			list = append(list, m.Content)
		}
		return list, page.More
	}
	for name, c := range map[string]struct {
		q    messages.Query
		want string
		more bool
	}{
		"newest":  {messages.Query{Limit: 3}, "24 23 22", true},
		"before":  {messages.Query{Before: all[2], Limit: 5}, "1 0", false},
		"after":   {messages.Query{After: all[20], Limit: 3}, "21 22 23", true},
		"the end": {messages.Query{After: all[22], Limit: 3}, "23 24", false},
		"around":  {messages.Query{Around: all[10], Limit: 5}, "12 11 10 9 8", true},
		"exactly": {messages.Query{Before: all[3], Limit: 3}, "2 1 0", false},
	} {
		if list, more := read(c.q); strings.Join(list, " ") != c.want || more != c.more {
			t.Errorf("%s: %v %v", name, list, more)
		}
	}
}

func TestChangesTellEachEntityOnceAndResetWhatTheyCannot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.says(h.master, "one")
	two := "two"
	if _, err := h.messages.Edit(t.Context(), messages.Edit{RoomID: h.room, MessageID: m.ID, Person: h.master, Content: &two}); err != nil {
		t.Fatal(err)
	}
	mei := h.joins("mei", room.Member)
	if err := h.rooms.Remove(t.Context(), h.room, mei, h.master); err != nil {
		t.Fatal(err)
	}
	ch, err := h.logs.RoomChanges(t.Context(), h.room, h.master, 1)
	if err != nil || len(ch.Messages) != 3 || ch.Messages[0].Content != "two" || ch.Messages[1].Note.Code != message.Joined || ch.Messages[2].Note.Code != message.Left ||
		len(ch.Removed) != 1 || len(ch.Members) != 0 || ch.LatestEvent != 7 || ch.HasMore || ch.Reset {
		t.Fatalf("%+v %v", ch, err)
	}
	if ch, _ := h.logs.RoomChanges(t.Context(), h.room, h.master, 8); !ch.Reset {
		t.Error("a number from the future must reset")
	}
	if ch, _ := h.logs.RoomChanges(t.Context(), h.room, h.master, 7); ch.Reset || ch.LatestEvent != 7 {
		t.Error("up to date must not reset")
	}
	if _, err := h.db.Exec(t.Context(), `DELETE FROM room_events WHERE event <= 3`); err != nil {
		t.Fatal(err)
	}
	if ch, _ := h.logs.RoomChanges(t.Context(), h.room, h.master, 2); !ch.Reset {
		t.Error("a purged log must reset")
	}
	mine, err := h.logs.MyChanges(t.Context(), mei, 0)
	if err != nil || len(mine.Left) != 1 || mine.LatestEvent != 2 {
		t.Fatalf("%+v %v", mine, err)
	}
	if _, err := h.logs.RoomChanges(t.Context(), h.room, mei, 0); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestReadPositionsOnlyRise(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	one, two := h.says(h.master, "one"), h.says(h.master, "two")
	for _, c := range []struct {
		message id.ID
		unread  int64
	}{{one.ID, 1}, {two.ID, 0}, {one.ID, 0}} {
		mine, err := h.rooms.MarkRead(t.Context(), h.room, mei, c.message)
		if err != nil || mine.Unread() != c.unread {
			t.Fatalf("%d unread, want %d (%v)", mine.Unread(), c.unread, err)
		}
	}
	if _, err := h.rooms.MarkRead(t.Context(), h.room, mei, id.New()); !fault.Is(err, fault.ValidationFailed) {
		t.Fatal(err)
	}
}
