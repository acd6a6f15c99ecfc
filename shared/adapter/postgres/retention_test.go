package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/retention"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

const (
	aDay = 24 * time.Hour
	long = 40 * aDay
)

// keeps is the nightly work, in batches of a few messages.
func (h *house) keeps() retention.Retention {
	return retention.Retention{Store: postgres.Retention{DB: h.db}, Runner: h.run, Batch: 4}
}

// retains lets the room keep its messages for so many days, from now on.
func (h *house) retains(days int) {
	h.Helper()
	h.exec(`UPDATE rooms SET retention_days = nullif($2, 0), retention_next_days = NULL, retention_next_at = NULL WHERE id = $1`, h.room, days)
}

// ages makes everything up to a message old.
func (h *house) ages(until id.ID) { h.Helper(); pgtest.Age(h, h.db, h.room, until, long) }

func (h *house) purges() int64 {
	h.Helper()
	n, _, err := h.keeps().Run(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	return n
}

func (h *house) proven() {
	h.Helper()
	if done, err := maintenance.ProveAll(h.Context(), postgres.Proofs{DB: h.db}, postgres.Books{DB: h.db}); err != nil {
		h.Fatalf("%v %v", done, err)
	}
}

func (h *house) mine(person id.ID) room.Mine {
	h.Helper()
	l, err := h.rooms.Get(h.Context(), h.room, person)
	if err != nil {
		h.Fatal(err)
	}
	return l.Rooms[0]
}

// rows are how many of a table's rows hang on messages that are not there.
var hanging = []string{"message_search", "message_reactions", "message_mentions", "ai_generations"}

func TestWhatIsOldGoesWithAllThatHangsOnIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	mei := h.joins("mei", room.Member)
	for i := range 9 {
		m := h.says(h.master, fmt.Sprintf("old words %d", i))
		if _, err := h.messages.React(ctx, messages.React{RoomID: h.room, MessageID: m.ID, Person: mei, Emoji: "👍"}); err != nil {
			t.Fatal(err)
		}
	}
	asked, answer := h.asks(mei, "an old question")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "an old answer", Usage: &ai.Usage{InputTokens: 10, OutputTokens: 10}})
	_, secret := h.asksPrivately(mei, "an old secret")
	h.works(secret, ai.Outcome{Status: message.Completed, Text: "told to one", Usage: &ai.Usage{InputTokens: 10, OutputTokens: 10}})
	last := h.says(mei, "the last old words")
	young := h.says(h.master, "young words")
	_, err := h.messages.Get(ctx, h.room, mei, last.ID)
	if err != nil {
		t.Fatal(err)
	}
	h.ages(last.ID)
	h.proven()
	before := h.mine(mei)
	h.retains(30)
	if n := h.purges(); n != int64(last.Sequence)+2 {
		t.Errorf("%d messages went, want the %d that have a number and the two that have none", n, last.Sequence)
	}
	h.proven()
	for _, table := range hanging {
		if n := h.number(`SELECT count(*) FROM ` + table + ` x WHERE message_id IS NOT NULL AND NOT EXISTS (SELECT FROM messages WHERE id = x.message_id)`); n != 0 {
			t.Errorf("%d rows of %s hang on nothing", n, table)
		}
	}
	if n := h.number(`SELECT count(*) FROM token_transactions WHERE kind = 'usage' AND room_id = $1`, h.room); n != 2 {
		t.Errorf("%d charges stand in the books, want both", n)
	}
	after := h.mine(mei)
	switch {
	case after.FirstSequence != young.Sequence:
		t.Errorf("the history begins with %d, want %d", after.FirstSequence, young.Sequence)
	case after.LatestEvent != before.LatestEvent+1:
		t.Errorf("%d events tell of one purge", after.LatestEvent-before.LatestEvent)
	case after.LastSequence != before.LastSequence:
		t.Error("the room counts otherwise")
	case after.Unread() != 1:
		t.Errorf("%d unread of the one that is left", after.Unread())
	}
	if age := time.Since(after.HistoryBeginsAt); age < 30*aDay || age > 30*aDay+time.Hour {
		t.Errorf("nothing older than %v is kept", age)
	}
	page, err := h.messages.List(ctx, messages.Query{RoomID: h.room, Person: mei, Limit: 50})
	if err != nil || len(page.Messages) != 1 || page.More || page.Messages[0].ID != young.ID {
		t.Errorf("%v: %d messages are listed (more: %v)", err, len(page.Messages), page.More)
	}
	around, err := h.messages.List(ctx, messages.Query{RoomID: h.room, Person: mei, Around: pgtest.Aged(asked.ID, long), Limit: 50})
	if err != nil || len(around.Messages) != 1 || around.More {
		t.Errorf("%v: a link to what is gone shows %d messages", err, len(around.Messages))
	}
	if _, err := h.messages.Get(ctx, h.room, mei, pgtest.Aged(asked.ID, long)); !fault.Is(err, fault.NotFound) {
		t.Errorf("what is gone answers %v", err)
	}
	if _, err := h.messages.Send(ctx, func() messages.Send {
		cmd, _ := h.wish(mei, "to whom")
		cmd.ReplyTo = pgtest.Aged(last.ID, long)
		return cmd
	}(), h.key(mei, "sendMessage", "to whom")); err == nil {
		t.Error("somebody replied to what is gone")
	}
	if found := h.finds(search.Wish{Person: mei, RoomID: h.room, Text: "old"}); found != "" {
		t.Errorf("found %q", found)
	}
	changed, err := h.logs.RoomChanges(ctx, h.room, mei, before.LatestEvent-5)
	if err != nil || changed.Reset || changed.Room == nil || changed.Room.Rooms[0].FirstSequence != young.Sequence ||
		slices.ContainsFunc(changed.Messages, func(m message.Message) bool { return m.Sequence < young.Sequence }) {
		t.Errorf("%v: who slept hears %+v", err, changed)
	}
	if n := h.purges(); n != 0 || h.mine(mei).LatestEvent != after.LatestEvent {
		t.Errorf("the second night removes %d, and tells of it", n)
	}
	if next := h.says(mei, "on and on"); next.Sequence != after.LastSequence+1 {
		t.Errorf("the next number is %d", next.Sequence)
	}
	h.proven()
}

func TestPurgeThatDiesBetweenBatchesGoesOnAndTellsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var last message.Message
	for range 10 {
		last = h.says(h.master, "old words")
	}
	h.says(h.master, "young words")
	h.ages(last.ID)
	h.retains(30)
	before := h.mine(h.master)
	dying := h.keeps()
	dying.Runner.Store = &mortal{Store: dying.Runner.Store, lives: 2}
	if _, _, err := dying.Run(t.Context()); !errors.Is(err, errDied) {
		t.Fatalf("it died of %v", err)
	}
	half, edited := h.mine(h.master), "edited"
	if half.FirstSequence != 9 || half.LatestEvent != before.LatestEvent {
		t.Errorf("after two batches the history begins with %d, after %d events", half.FirstSequence, half.LatestEvent-before.LatestEvent)
	}
	h.proven()
	// Meanwhile life goes on, and moderation holds the room for a night.
	if _, err := h.messages.Edit(t.Context(), messages.Edit{RoomID: h.room, MessageID: pgtest.Aged(last.ID, long), Person: h.master, Content: &edited}); err != nil {
		t.Fatal(err)
	}
	h.exec(`UPDATE rooms SET frozen_at = now() WHERE id = $1`, h.room)
	if n := h.purges(); n != 0 {
		t.Errorf("%d messages of a frozen room went", n)
	}
	h.exec(`UPDATE rooms SET frozen_at = NULL WHERE id = $1`, h.room)
	before = h.mine(h.master)
	if n := h.purges(); n != 2 {
		t.Errorf("%d messages went in the second night", n)
	}
	after := h.mine(h.master)
	if after.FirstSequence != 11 || after.LatestEvent != before.LatestEvent+1 {
		t.Errorf("the history begins with %d, after %d events", after.FirstSequence, after.LatestEvent-before.LatestEvent)
	}
	h.proven()
}

func TestPurgeThatEndsWithAFullBatchTells(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var last message.Message
	for range 8 { // two batches of four
		last = h.says(h.master, "old words")
	}
	h.ages(last.ID)
	h.retains(30)
	before := h.mine(h.master)
	if n := h.purges(); n != 8 {
		t.Errorf("%d went", n)
	}
	l, err := h.rooms.Get(t.Context(), h.room, h.master)
	if err != nil {
		t.Fatal(err)
	}
	after := l.Rooms[0]
	if after.LatestEvent != before.LatestEvent+1 || after.FirstSequence != 9 || after.Unread() != 0 || len(l.Last) != 0 {
		t.Errorf("%d events, begins with %d, %d unread, %d last messages", after.LatestEvent-before.LatestEvent, after.FirstSequence, after.Unread(), len(l.Last))
	}
	if age := time.Since(after.HistoryBeginsAt); age > 30*aDay+time.Hour {
		t.Errorf("the history begins %v ago", age)
	}
	h.proven()
}

func TestAnswersThatAreWrittenStayWithTheirQuestions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.says(h.master, "old words")
	question, answer := h.asks(h.master, "an old question")
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "an old answer"})
	last := h.says(h.master, "more old words")
	h.ages(last.ID)
	h.retains(30)
	question.ID, answer.ID = pgtest.Aged(question.ID, long), pgtest.Aged(answer.ID, long)
	if _, _, err := h.replies.Regenerate(t.Context(), replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: h.master}, h.key(h.master, "regenerateReply", "")); err != nil {
		t.Fatal(err)
	}
	if n := h.purges(); n != 1 {
		t.Errorf("%d went before the question", n)
	}
	mine := h.mine(h.master)
	if mine.FirstSequence != question.Sequence || mine.HistoryBeginsAt.After(question.ID.Time()) {
		t.Errorf("the history begins with %d at %v", mine.FirstSequence, mine.HistoryBeginsAt)
	}
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "another answer"})
	if got := h.message(answer.ID).Content; got != "another answer" {
		t.Errorf("the answer says %q", got)
	}
	if n := h.purges(); n != 3 {
		t.Errorf("%d went when the answer was there", n)
	}
	h.proven()
}

func TestOldSecretsGoAndNobodyHearsOfIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	young := h.says(h.master, "young words")
	h.exec(`DELETE FROM messages WHERE room_id = $1 AND id < $2`, h.room, young.ID)
	h.exec(`UPDATE room_sequences SET first_sequence = sequence WHERE room_id = $1`, h.room)
	_, secret := h.asksPrivately(mei, "an old secret")
	h.works(secret, ai.Outcome{Status: message.Completed, Text: "told to one"})
	// What was asked in private stands before what was said.
	h.ages(secret.ID)
	later := h.says(h.master, "younger words")
	h.exec(`DELETE FROM message_search WHERE message_id = $1`, pgtest.Aged(young.ID, long))
	h.exec(`DELETE FROM messages WHERE id = $1`, pgtest.Aged(young.ID, long))
	h.exec(`UPDATE room_sequences SET first_sequence = sequence WHERE room_id = $1`, h.room)
	h.retains(30)
	before := h.mine(h.master)
	if n := h.purges(); n != 2 {
		t.Errorf("%d went", n)
	}
	if after := h.mine(h.master); after != before {
		t.Errorf("the others can tell: %+v", after)
	}
	if n := h.number(`SELECT count(*) FROM messages WHERE room_id = $1`, h.room); n != 1 || h.message(later.ID).ID != later.ID {
		t.Errorf("%d messages are left", n)
	}
	h.proven()
}

func TestRetentionIsTheMastersAloneAndAnnounced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	mei := h.joins("mei", room.Admin)
	if _, err := h.rooms.SetRetention(ctx, h.room, mei, 30); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an admin is answered %v", err)
	}
	if _, err := h.rooms.SetRetention(ctx, h.room, h.master, 29); !fault.Is(err, fault.ValidationFailed) {
		t.Errorf("29 days are answered %v", err)
	}
	last := h.says(h.master, "old words")
	h.ages(last.ID)
	said := func(days int, want string) room.Mine {
		t.Helper()
		before := h.mine(h.master)
		l, err := h.rooms.SetRetention(ctx, h.room, h.master, days)
		if err != nil {
			t.Fatal(err)
		}
		after := h.mine(h.master)
		if got := l.Rooms[0]; got.Retention != after.Retention || got.LatestEvent != after.LatestEvent || got.LastSequence != after.LastSequence {
			t.Errorf("%d days: answered %+v, stands %+v", days, got.Room, after.Room)
		}
		var got string
		if after.LatestEvent > before.LatestEvent {
			n := h.message(after.LastMessageID).Note
			got = strings.TrimSpace(string(n.Code) + " " + n.Value)
			if l.Last[h.room].ID != after.LastMessageID {
				t.Errorf("%d days: the answer does not tell what the room said", days)
			}
		}
		if got != want {
			t.Errorf("%d days: the room says %q, want %q", days, got, want)
		}
		return after
	}
	if mine := said(90, "retention_announced 90"); mine.Retention.Days != 0 || mine.Retention.Announced != 90 {
		t.Errorf("announced: %+v", mine.Retention)
	}
	said(90, "")
	if n := h.purges(); n != 0 {
		t.Errorf("%d went before it holds", n)
	}
	said(0, "retention_withdrawn")
	said(30, "retention_announced 30")
	h.exec(`UPDATE rooms SET retention_next_at = now() - interval '1 second' WHERE id = $1`, h.room)
	before := h.mine(h.master)
	if n := h.purges(); n != int64(last.Sequence) {
		t.Errorf("%d went when it held, want %d", n, last.Sequence)
	}
	if mine := h.mine(h.master); mine.Retention != (room.Retention{Days: 30}) || mine.LatestEvent != before.LatestEvent+2 {
		t.Errorf("holds: %+v, after %d events", mine.Retention, mine.LatestEvent-before.LatestEvent)
	}
	said(365, "retention 365")
	said(30, "retention_announced 30")
	said(0, "retention")
	h.proven()
}

func TestInstallationBoundsEveryRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bounded := h.keeps()
	bounded.Bound = 60
	for night, want := range []int64{1, 0} {
		before := h.mine(h.master)
		if _, _, err := bounded.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		mine := h.mine(h.master)
		if mine.Retention.Announced != 60 || mine.Retention.Days != 0 || mine.LastSequence != before.LastSequence+want {
			t.Errorf("night %d: %+v, %d lines", night, mine.Retention, mine.LastSequence-before.LastSequence)
		}
		if n := h.message(mine.LastMessageID).Note; n.Code != message.RetentionAnnounced || n.Actor != nil || n.Value != "60" {
			t.Errorf("the room says %+v", n)
		}
	}
	h.rooms.LongestRetention = 60
	for _, days := range []int{0, 61} {
		if _, err := h.rooms.SetRetention(t.Context(), h.room, h.master, days); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("%d days are answered %v", days, err)
		}
	}
	if _, err := h.rooms.SetRetention(t.Context(), h.room, h.master, 30); err != nil {
		t.Error(err)
	}
}

var errDied = errors.New("died")

// mortal dies after so many changes.
type mortal struct {
	change.Store
	lives int
}

func (m *mortal) Change(ctx context.Context, n change.Needs, decide change.Decide) ([]outbox.Row, error) {
	if m.lives == 0 {
		return nil, errDied
	}
	m.lives--
	return m.Store.Change(ctx, n, decide)
}
