package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// everythingStored counts every row that a request could write.
const everythingStored = `SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM ai_generations) + (SELECT count(*) FROM idempotency_keys) + (SELECT count(*) FROM outbox)
	+ (SELECT count(*) FROM room_events) + (SELECT count(*) FROM user_events) + (SELECT sum(sequence + event) FROM room_sequences) + (SELECT sum(event) FROM user_sequences)
	+ (SELECT sum(last_read_sequence) FROM room_members) + (SELECT count(*) FROM message_search) + (SELECT count(*) FROM message_reactions) + (SELECT count(*) FROM message_mentions)`

func TestWhoCannotPayAsksNothingAndNothingIsStored(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	question, answer := h.asks(h.master, "hello")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "hi"})
	before := h.number(everythingStored)
	h.leaves(h.master, 0)
	cmd, key := h.wish(h.master, "why")
	cmd.Ask = &messages.Ask{}
	if _, err := h.messages.Send(t.Context(), cmd, key); !fault.Is(err, fault.InsufficientBalance) {
		t.Fatal(err)
	}
	again := replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: h.master}
	if _, _, err := h.replies.Regenerate(t.Context(), again, h.key(h.master, "regenerateReply", "")); !fault.Is(err, fault.InsufficientBalance) {
		t.Fatal(err)
	}
	if after := h.number(everythingStored); after != before {
		t.Fatalf("%d of it were stored", after-before)
	}
	// The same key serves once they can: it was not taken by what was refused.
	pgtest.Fund(t, h.db, h.master, 1_000_000)
	if sent, err := h.messages.Send(t.Context(), cmd, key); err != nil || !sent.Created || sent.AIMessage == nil {
		t.Fatal(sent, err)
	}
	h.dense()
}

func TestAnUpdateOfNothingIsNoEvent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before := h.number(everythingStored)
	name := "Kyoto"
	for _, wish := range []room.Changes{{}, {Name: &name}} {
		listing, err := h.rooms.Update(t.Context(), h.room, h.master, wish)
		if err != nil || len(listing.Rooms) != 1 || listing.Rooms[0].Name != "Kyoto" || listing.Rooms[0].LatestEvent != 1 {
			t.Fatal(listing, err)
		}
	}
	if after := h.number(everythingStored); after != before {
		t.Fatalf("%d rows were written", after-before)
	}
}

func TestWhoJoinsAgainStaysWhatTheyAreAndHasReadWhatWasSaidMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Reader)
	before := h.number(everythingStored)
	joined, err := h.rooms.Join(t.Context(), h.room, "mei", room.Admin)
	if err != nil || joined.Role != room.Reader {
		t.Fatal(joined, err)
	}
	if after := h.number(everythingStored); after != before {
		t.Error("joining twice is an event")
	}
	h.says(h.master, "one")
	if err := h.rooms.Remove(t.Context(), h.room, mei, mei); err != nil {
		t.Fatal(err)
	}
	h.says(h.master, "two")
	last := h.says(h.master, "three")
	if joined, err = h.rooms.Join(t.Context(), h.room, "mei", room.Member); err != nil || joined.Role != room.Member || joined.LastRead != h.last() {
		t.Fatal(joined, err)
	}
	mine, err := h.rooms.Get(t.Context(), h.room, mei)
	if err != nil || mine.Rooms[0].Unread() != 0 || mine.Rooms[0].LastReadMessageID.Compare(last.ID) <= 0 || mine.Rooms[0].Role != room.Member {
		t.Fatal(mine, err)
	}
	h.says(h.master, "four")
	if mine, err = h.rooms.Get(t.Context(), h.room, mei); err != nil || mine.Rooms[0].Unread() != 1 {
		t.Fatal(mine.Rooms[0].Unread(), err)
	}
	h.dense()
}

func TestARoomThatRisesBetweenTwoPagesIsNotLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	all := map[id.ID]bool{h.room: true}
	for i := range 6 {
		name := fmt.Sprint("room ", i)
		mine, _, err := h.rooms.Create(t.Context(), rooms.Create{Maker: h.master, Name: name}, h.key(h.master, "createRoom", name))
		if err != nil {
			t.Fatal(err)
		}
		all[mine.ID] = true
	}
	var from rooms.Cursor
	for page := 0; ; page++ {
		list, err := h.rooms.List(t.Context(), h.master, from, 2)
		if err != nil || page > 10 {
			t.Fatal(page, err)
		}
		for _, r := range list.Rooms {
			delete(all, r.ID)
		}
		if page == 0 {
			// The oldest room, which the last page would have shown, rises above all.
			from.Above = list.Rooms[0].LastMessageID
			h.says(h.master, "hello")
		}
		if len(list.Rooms) == 0 || from.Below == list.Rooms[len(list.Rooms)-1].LastMessageID {
			break
		}
		// Who rose stands first on the next page; the place below is that of the lowest that was seen.
		for _, r := range list.Rooms {
			if from.Below.IsZero() || r.LastMessageID.Compare(from.Below) < 0 {
				from.Below = r.LastMessageID
			}
			if r.LastMessageID.Compare(from.Above) > 0 {
				from.Above = r.LastMessageID
			}
		}
	}
	if len(all) != 0 {
		t.Fatalf("%d rooms were never listed", len(all))
	}
}

// A text of 32,000 characters is legal, and many of them are more than one answer may hold.
func TestLargeMessagesAreReadablePageByPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const count = 28
	text := strings.Repeat("<", message.MaxLength)
	var want []id.ID
	for range count {
		want = append(want, h.says(h.master, text).ID)
	}
	// The message that goes beyond the bound is the last, on each side of a page.
	bounded := func(list []message.Message, sides int) {
		t.Helper()
		total := 0
		for _, m := range list {
			if m.Content != text {
				t.Fatalf("a text of %d bytes", len(m.Content))
			}
			total += len(m.Content)
		}
		if total > messages.MaxPageBytes+sides*len(text) {
			t.Fatalf("a page of %d bytes", total)
		}
	}
	for _, direction := range []string{"down", "up", "around"} {
		q := messages.Query{RoomID: h.room, Person: h.master, Limit: 100}
		seen := map[id.ID]bool{}
		pages := 0
		for more := true; more; pages++ {
			if pages > count {
				t.Fatalf("%s does not end", direction)
			}
			switch {
			case direction == "around" && pages == 0:
				q.Around = want[count/2]
			case direction == "up" && pages == 0:
				q.After = h.room
			}
			page, err := h.messages.List(t.Context(), q)
			if err != nil || len(page.Messages) == 0 {
				t.Fatal(direction, len(page.Messages), err)
			}
			sides := 1
			if !q.Around.IsZero() {
				sides = 2
			}
			bounded(page.Messages, sides)
			for _, m := range page.Messages {
				seen[m.ID] = true
			}
			more = page.More
			last := page.Messages[len(page.Messages)-1].ID
			q.Around = id.ID{}
			if direction == "up" {
				q.After = last
			} else {
				q.Before = last
			}
		}
		whole := count
		if direction == "around" {
			whole = count / 2 // what is above is read upwards
		}
		if len(seen) < whole || pages < 2 || direction != "around" && len(seen) != count {
			t.Errorf("%s: %d of %d in %d pages", direction, len(seen), count, pages)
		}
	}
	seen := map[id.ID]bool{}
	since, rounds := int64(0), 0
	for more := true; more; rounds++ {
		ch, err := h.logs.RoomChanges(t.Context(), h.room, h.master, since)
		if err != nil || ch.Reset || ch.LatestEvent <= since {
			t.Fatalf("%+v %v", ch.Window, err)
		}
		bounded(ch.Messages, 1)
		for _, m := range ch.Messages {
			seen[m.ID] = true
		}
		since, more = ch.LatestEvent, ch.HasMore
	}
	if len(seen) != count || rounds < 2 {
		t.Errorf("changes: %d of %d in %d rounds", len(seen), count, rounds)
	}
}
