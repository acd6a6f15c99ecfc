package http_test

import (
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/room"
)

// What would be sent is listed in its order, each message with its id; with totals the list is left out and the sums are the same.
func TestPreviewContextListsWhatWouldBeSent(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member, "ren": room.Guest})
	said := m.does("aki", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "first words"}, 201)
	m.does("aki", "updateRoom", "PATCH", m.path, body{"ai_instructions": "Be brief."}, 200)
	shown := m.does("mei", "previewContext", "POST", m.path+"/ai/context", body{"draft": "and now?"}, 200)
	var list []string
	total := 0.0
	for _, v := range shown["items"].([]any) {
		item := v.(map[string]any)
		list = append(list, item["kind"].(string)+" "+item["author"].(string)+": "+item["text"].(string))
		total += item["tokens"].(float64)
		if item["kind"] == "message" && item["message_id"] != at(said, "message", "id") || item["kind"] != "message" && item["message_id"] != nil {
			t.Errorf("%v", item)
		}
	}
	if got, want := strings.Join(list, "|"), "instructions : Be brief.|message aki: first words|draft mei: and now?"; got != want {
		t.Errorf("%s", got)
	}
	if shown["total_tokens"] != total || at(shown, "payer", "username") != "aki" || shown["truncated"] != false || at(shown, "estimate", "tokens_min").(float64) <= total {
		t.Errorf("%v", shown)
	}
	brief := m.does("mei", "previewContext", "POST", m.path+"/ai/context", body{"draft": "and now?", "detail": "totals"}, 200)
	if len(brief["items"].([]any)) != 0 || brief["total_tokens"] != total {
		t.Errorf("%v", brief)
	}
	m.does("ren", "previewContext", "POST", m.path+"/ai/context", body{"draft": "and now?"}, 403)
	for name, b := range map[string]body{"an empty draft": {"draft": ""}, "nobody's visibility": {"visibility": "secret"}, "nobody's detail": {"detail": "all"}} {
		if w := m.Call(m.tokens["mei"], "POST", m.path+"/ai/context", b); w.Code != 400 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

// Nothing that is said today is older than a moment to come: such a cutoff would keep everything from the AI.
func TestACutoffInTheFutureIsRefused(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, nil)
	refused := m.does("aki", "updateRoom", "PATCH", m.path, body{"ai_context_cutoff_at": time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000Z")}, 422)
	if refused["code"] != "validation_failed" {
		t.Errorf("%v", refused)
	}
	m.does("aki", "updateRoom", "PATCH", m.path, body{"ai_context_cutoff_at": time.Now().Add(time.Minute).UTC().Format("2006-01-02T15:04:05.000Z")}, 200) // a clock that is ahead
}
