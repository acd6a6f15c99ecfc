package http_test

import (
	"testing"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

// summarise makes a summary from one message to another, and has the answer to a question be given it.
func summarise(h *optest.House, roomID, from, to, question id.ID) {
	h.Helper()
	made := id.New()
	for _, change := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO ai_generations (id, kind, room_id, asker_id, requested_by, payer_id, provider, model, status, prompt_budget, reply_cap, weight_input, weight_output,
			covers_from, covers_to, settled_at) SELECT $1, 'summary', id, owner_id, owner_id, owner_id, 'scripted', 'scripted', 'completed', 100, 100, 1, 1, $3, $4,
			now() - interval '1 minute' FROM rooms WHERE id = $2`, []any{made, roomID, from, to}},
		{`INSERT INTO message_context_summaries (generation_id, room_id, from_message_id, to_message_id, text, tokens, provider, model)
			VALUES ($1, $2, $3, $4, 'They said hello.', 4, 'scripted', 'scripted')`, []any{made, roomID, from, to}},
		{`UPDATE ai_generations SET used_summary = true, provider_called_at = now() WHERE question_id = $1`, []any{question}},
	} {
		if _, err := h.DB.Exec(h.Context(), change.sql, change.args...); err != nil {
			h.Fatal(err)
		}
	}
}

// The summary that an answer was given is shown by the answer's id and by its question's, to whoever may read them.
func TestTheSummaryThatWasUsedIsShownWithItsAnswer(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	_, outsider := h.Person("sora")
	_, reader := h.Person("rin")
	roomID, _ := id.Parse(path[len("/rooms/"):])
	h.Joins(roomID, "rin", room.Reader)
	said := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "hello"}), 201)
	sent := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "and?", "ai": body{}}), 201)
	covered, _ := id.Parse(at(said, "message", "id").(string))
	question, _ := id.Parse(at(sent, "message", "id").(string))
	messages := path + "/messages/"
	of := func(message string) string { return messages + message + "/summary" }
	answers(t, "getUsedSummary", h.Call(token, "GET", of(question.String()), nil), 404)
	summarise(h, roomID, covered, covered, question)
	for _, message := range []string{question.String(), at(sent, "ai_message", "id").(string)} {
		for _, who := range []string{token, reader} {
			shown := answers(t, "getUsedSummary", h.Call(who, "GET", of(message), nil), 200)
			if shown["text"] != "They said hello." || shown["from_message_id"] != covered.String() || shown["to_message_id"] != covered.String() || shown["model"] != "scripted" {
				t.Errorf("%v", shown)
			}
		}
		answers(t, "getUsedSummary", h.Call(outsider, "GET", of(message), nil), 404)
	}
	answers(t, "getUsedSummary", h.Call(token, "GET", of(covered.String()), nil), 404)
	answers(t, "deleteMessage", h.Call(token, "DELETE", messages+covered.String(), nil), 204)
	answers(t, "getUsedSummary", h.Call(token, "GET", of(question.String()), nil), 404)
}
