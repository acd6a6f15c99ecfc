package http_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// What a question would send, as often as somebody pauses while they type; and the builder alone, with the largest prompt there is.
func TestFigureContext(t *testing.T) {
	h := figures(t)
	token, path := newRoom(t, h, "aki")
	roomID, err := id.Parse(strings.TrimPrefix(path, "/rooms/"))
	if err != nil {
		t.Fatal(err)
	}
	fillRoom(t, h, roomID.String(), 1, 10_000)
	// Only a fork holds what is older than itself.
	if _, err := h.DB.Exec(t.Context(), `UPDATE rooms SET forked_from_room_id = id`); err != nil {
		t.Fatal(err)
	}
	var shown, built []time.Duration
	b := replies.Builder{Store: postgres.Generations{DB: h.DB}, Counter: h.Catalogue}
	g := ai.Generation{RoomID: roomID, Visibility: message.Public, Terms: ai.Quote(ai.Model{ContextWindow: 200_000}, room.MinReplyTokens, room.DefaultEffort)}
	question := message.Message{ID: id.Last, RoomID: roomID, Type: message.Human, Status: message.Completed, Content: "?", Visibility: message.Public, CreatedAt: time.Now()}
	for range 200 {
		began := time.Now()
		if w := h.Call(token, "POST", path+"/ai/context", body{"draft": "and what of the second idea?", "detail": "totals"}); w.Code != 200 {
			t.Fatal(w.Body)
		}
		shown = append(shown, time.Since(began))
		began = time.Now()
		p, err := b.Build(t.Context(), g, room.Room{ID: roomID, ForkedFromRoomID: roomID}, question)
		if err != nil || len(p.Request.Lines) < 1000 {
			t.Fatal(len(p.Request.Lines), err)
		}
		built = append(built, time.Since(began))
	}
	print("previewContext, totals, 10,000 messages (goal: p50 ≤ 30 ms)", shown)
	print(fmt.Sprintf("the builder alone, %d tokens (goal: p50 ≤ 20 ms)", g.Terms.PromptBudget), built)
}

var _ replies.Counter = (*optest.Catalogue)(nil)
