package postgres_test

import (
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// whispers gives somebody a private question with an answer that is being waited for, and lets the room's log name both,
// wrongly: no reader of the room may believe it.
func (h *house) whispers(person id.ID) (question, answer, generation id.ID) {
	h.Helper()
	place := id.Floor(time.Now()).Place()
	question, answer, generation = place.ID(), place.After().ID(), id.New()
	h.exec(`INSERT INTO messages (id, room_id, event, sender_id, type, status, content, visibility, visible_to, created_at)
		VALUES ($1, $2, 1000, $3, 'human', 'completed', 'secret', 'private', $3, now())`, question, h.room, person)
	h.exec(`INSERT INTO messages (id, room_id, event, type, status, answers, visibility, visible_to, attempt, created_at)
		VALUES ($1, $2, 1001, 'ai', 'pending', $3, 'private', $4, 1, now())`, answer, h.room, question, person)
	h.exec(`INSERT INTO ai_generations (id, message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, visibility, prompt_budget, reply_cap,
		weight_input, weight_output) VALUES ($1, $2, 1, $3, $4, $5, $5, $5, 'p', 'm', 'private', 100, 100, 1, 1)`, generation, answer, h.room, question, person)
	for _, v := range []id.ID{question, answer} {
		h.exec(`WITH n AS (UPDATE room_sequences SET event = event + 1 WHERE room_id = $1 RETURNING event)
			INSERT INTO room_events (room_id, event, kind, entity_id) SELECT $1, event, 'message.created', $2 FROM n`, h.room, v)
		h.exec(`WITH n AS (UPDATE user_sequences SET event = event + 1 WHERE user_id = $1 RETURNING event)
			INSERT INTO user_events (user_id, event, kind, entity_id) SELECT $1, event, 'message.created', $2 FROM n`, person, v)
	}
	return question, answer, generation
}

func TestNoReaderOfTheRoomFindsPrivateRows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	said := h.says(h.master, "in public")
	question, _, _ := h.whispers(mei)
	ctx := t.Context()
	latest := int64(h.number(`SELECT event FROM room_sequences WHERE room_id = $1`, h.room))
	onlyPublic := func(what string, list []message.Message) {
		t.Helper()
		if len(list) != 2 || list[0].Note.Code != message.Joined || list[1].ID != said.ID {
			t.Errorf("%s: %+v", what, list)
		}
	}
	push, err := h.logs.RoomPush(ctx, h.room, 1, latest)
	if err != nil || len(push.Events) != int(latest) {
		t.Fatal(len(push.Events), err)
	}
	onlyPublic("push", push.Messages)
	// Not even their owner finds them by the room's log.
	for _, person := range []id.ID{h.master, mei} {
		ch, err := h.logs.RoomChanges(ctx, h.room, person, 0)
		if err != nil {
			t.Fatal(err)
		}
		onlyPublic("changes", ch.Messages)
	}
	// A room that wrongly names a private row as its last one.
	h.exec(`UPDATE room_sequences SET last_message_id = $2 WHERE room_id = $1`, h.room, question)
	for _, person := range []id.ID{h.master, mei} {
		list, err := h.rooms.List(ctx, person, rooms.Cursor{}, 10)
		if err != nil || len(list.Rooms) != 1 || len(list.Last) != 0 {
			t.Errorf("rooms: %+v %v", list, err)
		}
		one, err := h.rooms.Get(ctx, h.room, person)
		if err != nil || len(one.Last) != 0 {
			t.Errorf("room: %+v %v", one, err)
		}
	}
	name := "renamed"
	changed, err := h.rooms.Update(ctx, h.room, h.master, room.Changes{Description: &name})
	if err != nil || len(changed.Last) != 0 {
		t.Errorf("update: %+v %v", changed, err)
	}
	push, err = h.logs.RoomPush(ctx, h.room, latest+1, latest+1)
	if err != nil || len(push.Room.Rooms) != 1 || len(push.Room.Last) != 0 {
		t.Errorf("push of the room: %+v %v", push, err)
	}
}

func TestArchivingEndsAPrivateAnswerWithoutTellingTheRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	_, answer, generation := h.whispers(mei)
	before := h.number(`SELECT event FROM room_sequences WHERE room_id = $1`, h.room)
	own := h.number(`SELECT event FROM user_sequences WHERE user_id = $1`, mei)
	archived := true
	if _, err := h.rooms.Update(t.Context(), h.room, h.master, room.Changes{IsArchived: &archived}); err != nil {
		t.Fatal(err)
	}
	if n := h.number(`SELECT count(*) FROM ai_generations WHERE id = $1 AND status = 'cancelled' AND settled_at IS NOT NULL AND charged_tokens = 0`, generation); n != 1 {
		t.Error("the private generation still runs")
	}
	if n := h.number(`SELECT count(*) FROM messages WHERE id = $1 AND status = 'cancelled' AND event = $2`, answer, own+1); n != 1 {
		t.Error("the private answer still waits, or is numbered by another log")
	}
	if n := h.number(`SELECT count(*) FROM room_events WHERE room_id = $1 AND event > $2`, h.room, before); n != 1 {
		t.Errorf("%d events in the room, want that of the room alone", n)
	}
	if n := h.number(`SELECT count(*) FROM room_events WHERE room_id = $1 AND event > $2 AND entity_id = $3`, h.room, before, answer); n != 0 {
		t.Error("the room was told")
	}
	if n := h.number(`SELECT count(*) FROM user_events WHERE user_id = $1 AND event = $2 AND kind = 'message.updated' AND entity_id = $3`, mei, own+1, answer); n != 1 {
		t.Error("the asker was not told")
	}
	if n := h.number(`SELECT count(*) FROM user_events WHERE user_id <> $1 AND entity_id = $2`, mei, answer); n != 0 {
		t.Error("somebody else was told")
	}
}

func TestPrivateRowsAreTheirAskersWhileTheyAreInTheRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	question, answer, _ := h.whispers(mei)
	// A log of another person that wrongly names them.
	h.exec(`WITH n AS (UPDATE user_sequences SET event = event + 1 WHERE user_id = $1 RETURNING event)
		INSERT INTO user_events (user_id, event, kind, entity_id) SELECT $1, event, 'message.created', $2 FROM n`, h.master, question)
	found := func(person id.ID) (list, pushed []message.Message) {
		t.Helper()
		ch, err := h.logs.MyChanges(t.Context(), person, 0)
		if err != nil {
			t.Fatal(err)
		}
		push, err := h.logs.UserPush(t.Context(), person, 1, ch.LatestEvent)
		if err != nil || len(push.Events) == 0 {
			t.Fatal(push, err)
		}
		return ch.Messages, push.Messages
	}
	for _, list := range func() [2][]message.Message { a, b := found(mei); return [2][]message.Message{a, b} }() {
		if len(list) != 2 || list[0].ID != question || list[1].ID != answer {
			t.Errorf("the asker finds %+v", list)
		}
	}
	if list, pushed := found(h.master); len(list) != 0 || len(pushed) != 0 {
		t.Errorf("the master finds %+v %+v", list, pushed)
	}
	if err := h.rooms.Remove(t.Context(), h.room, mei, mei); err != nil {
		t.Fatal(err)
	}
	if list, pushed := found(mei); len(list) != 0 || len(pushed) != 0 {
		t.Errorf("who left finds %+v %+v", list, pushed)
	}
}
