package http_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

type body = map[string]any

// answers checks status and contract, and reads the body.
func answers(t *testing.T, operation string, w *httptest.ResponseRecorder, status int) body {
	t.Helper()
	if w.Code != status {
		t.Fatalf("%s answered %d, want %d: %s", operation, w.Code, status, w.Body)
	}
	apitest.CheckResponse(t, operation, w.Code, w.Body.Bytes())
	out := body{}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func at(b body, path ...string) any {
	var v any = map[string]any(b)
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

// idOf is the room of a path.
func idOf(path string) id.ID {
	v, _ := id.Parse(strings.TrimPrefix(path, "/rooms/"))
	return v
}

func key() string { return id.New().String() }

// newRoom makes somebody with a room of theirs.
func newRoom(t *testing.T, h *optest.House, name string) (token, path string) {
	t.Helper()
	_, token = h.Person(name)
	r := answers(t, "createRoom", h.Call(token, "POST", "/rooms", body{"name": "Kyoto"}, "Idempotency-Key", key()), 201)
	return token, "/rooms/" + r["id"].(string)
}

func TestTheLifeOfARoomOverHTTP(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	client := key()
	send := body{"client_message_id": client, "content": "hello", "ai": body{}}
	sent := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", send), 201)
	again := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", send), 200)
	if at(sent, "message", "id") != at(again, "message", "id") || at(sent, "ai_message", "id") != at(again, "ai_message", "id") {
		t.Fatal("the same client_message_id made another message")
	}
	if h.Queues.Rows[outbox.AIReplies] != 1 || h.Queues.Rows[outbox.AIWatchdog] != 1 {
		t.Fatalf("one question, one job: %v", h.Queues.Rows)
	}
	question, answer := at(sent, "message", "id").(string), at(sent, "ai_message", "id").(string)
	page := answers(t, "listMessages", h.Call(token, "GET", path+"/messages?limit=1", nil), 200)
	if page["next_cursor"] != answer || len(page["items"].([]any)) != 1 {
		t.Fatalf("%v", page)
	}
	answers(t, "getMessage", h.Call(token, "GET", path+"/messages/"+answer, nil), 200)
	stopped := answers(t, "stopReply", h.Call(token, "POST", path+"/messages/"+question+"/stop", nil), 200)
	if stopped["status"] != "cancelled" || at(stopped, "ai", "charged_tokens") != 0.0 {
		t.Fatalf("a reply that was never called ends at once and costs nothing: %v", stopped)
	}
	regenerated := answers(t, "regenerateReply", h.Call(token, "POST", path+"/messages/"+question+"/regenerate", nil, "Idempotency-Key", key()), 202)
	if regenerated["id"] != answer || at(regenerated, "ai", "attempt") != 2.0 {
		t.Fatalf("%v", regenerated)
	}
	attempts := answers(t, "listAttempts", h.Call(token, "GET", path+"/messages/"+answer+"/attempts", nil), 200)
	if len(attempts["items"].([]any)) != 2 {
		t.Fatalf("%v", attempts)
	}
	answers(t, "getUsedSummary", h.Call(token, "GET", path+"/messages/"+answer+"/summary", nil), 404)
	edited := answers(t, "editMessage", h.Call(token, "PATCH", path+"/messages/"+question, body{"content": "こんにちは", "exclude_from_ai": true}), 200)
	if edited["content"] != "こんにちは" || edited["exclude_from_ai"] != true || edited["edited_at"] == nil {
		t.Fatalf("%v", edited)
	}
	answers(t, "deleteMessage", h.Call(token, "DELETE", path+"/messages/"+question, nil), 204)
	tombstone := answers(t, "getMessage", h.Call(token, "GET", path+"/messages/"+question, nil), 200)
	if tombstone["content"] != "" || tombstone["deleted_at"] == nil {
		t.Fatalf("%v", tombstone)
	}
	changed := answers(t, "listChanges", h.Call(token, "GET", path+"/changes?since=0", nil), 200)
	if len(changed["messages"].([]any)) != 2 || changed["reset"] != false {
		t.Fatalf("%v", changed)
	}
	answers(t, "updateRoom", h.Call(token, "PATCH", path, body{"name": "Nara", "ai_context_cutoff_at": "2026-01-01T00:00:00.000Z"}), 200)
	room := answers(t, "updateRoom", h.Call(token, "PATCH", path, body{"ai_context_cutoff_at": nil}), 200)
	if room["name"] != "Nara" || room["ai_context_cutoff_at"] != nil {
		t.Fatalf("%v", room)
	}
	answers(t, "getRoom", h.Call(token, "GET", path, nil), 200)
	answers(t, "listRooms", h.Call(token, "GET", "/rooms", nil), 200)
	answers(t, "listMembers", h.Call(token, "GET", path+"/members", nil), 200)
	answers(t, "listMyChanges", h.Call(token, "GET", "/me/changes?since=0", nil), 200)
	answers(t, "listModels", h.Call(token, "GET", "/models", nil), 200)
	answers(t, "markRead", h.Call(token, "PUT", path+"/read", body{"message_id": answer}), 200)
	answers(t, "deleteRoom", h.Call(token, "DELETE", path, nil), 204)
	answers(t, "getRoom", h.Call(token, "GET", path, nil), 404)
}

func TestBadInputIsClearAndChangesNothing(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	_, stranger := h.Person("stranger")
	_, reader := h.Person("reader")
	roomID, _ := id.Parse(strings.TrimPrefix(path, "/rooms/"))
	h.Joins(roomID, "reader", room.Reader)
	nobody := "/messages/" + key()
	fine := func(content string) body { return body{"client_message_id": key(), "content": content} }
	var before, after int
	count := `SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM room_events) + (SELECT count(*) FROM idempotency_keys) + (SELECT count(*) FROM outbox)`
	if err := h.DB.QueryRow(t.Context(), count).Scan(&before); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		operation, token, method, path string
		body                           any
		status                         int
		code                           string
	}{
		"empty text":              {"sendMessage", token, "POST", path + "/messages", fine(" \n"), 422, "validation_failed"},
		"32,001 characters":       {"sendMessage", token, "POST", path + "/messages", fine(strings.Repeat("語", 32001)), 422, "validation_failed"},
		"U+0000":                  {"sendMessage", token, "POST", path + "/messages", fine("a\x00b"), 422, "validation_failed"},
		"no JSON":                 {"sendMessage", token, "POST", path + "/messages", `{"content":`, 400, "malformed"},
		"unknown field":           {"sendMessage", token, "POST", path + "/messages", body{"client_message_id": key(), "content": "x", "colour": 1}, 400, "unknown_field"},
		"wrong type":              {"sendMessage", token, "POST", path + "/messages", body{"client_message_id": key(), "content": 7}, 400, "malformed"},
		"no client_message_id":    {"sendMessage", token, "POST", path + "/messages", body{"content": "x"}, 400, "malformed"},
		"too large":               {"sendMessage", token, "POST", path + "/messages", fine(strings.Repeat("x", 1<<20)), 413, "too_large"},
		"a stranger's text":       {"sendMessage", stranger, "POST", path + "/messages", fine("x"), 404, "not_found"},
		"a stranger's empty text": {"sendMessage", stranger, "POST", path + "/messages", fine(""), 404, "not_found"},
		"a reader's text":         {"sendMessage", reader, "POST", path + "/messages", fine("x"), 403, "forbidden"},
		"another room's reply_to": {"sendMessage", token, "POST", path + "/messages", body{"client_message_id": key(), "content": "x", "reply_to": key()}, 422, "validation_failed"},
		"an unknown model":        {"sendMessage", token, "POST", path + "/messages", body{"client_message_id": key(), "content": "x", "ai": body{"model": "nope"}}, 422, "model_unavailable"},
		"private, nobody asked":   {"sendMessage", token, "POST", path + "/messages", body{"client_message_id": key(), "content": "x", "visibility": "private"}, 422, "validation_failed"},
		"seen by whom?":           {"sendMessage", token, "POST", path + "/messages", body{"client_message_id": key(), "content": "x", "ai": body{}, "visibility": "secret"}, 422, "validation_failed"},
		"no token":                {"sendMessage", "", "POST", path + "/messages", fine("x"), 401, "unauthenticated"},
		"a bad cursor":            {"listMessages", token, "GET", path + "/messages?before=7", nil, 400, "invalid_cursor"},
		"two cursors":             {"listMessages", token, "GET", path + "/messages?before=" + key() + "&after=" + key(), nil, 400, "malformed"},
		"limit 101":               {"listMessages", token, "GET", path + "/messages?limit=101", nil, 400, "malformed"},
		"no since":                {"listChanges", token, "GET", path + "/changes", nil, 400, "malformed"},
		"a negative since":        {"listChanges", token, "GET", path + "/changes?since=-1", nil, 400, "malformed"},
		"no message":              {"getMessage", token, "GET", path + nobody, nil, 404, "not_found"},
		"no such edit":            {"editMessage", token, "PATCH", path + nobody, body{"content": "x"}, 404, "not_found"},
		"no key":                  {"createRoom", token, "POST", "/rooms", body{"name": "x"}, 400, "malformed"},
		"nobody's room":           {"getRoom", token, "GET", "/rooms/" + key(), nil, 404, "not_found"},
		"no room id":              {"getRoom", token, "GET", "/rooms/seven", nil, 404, "not_found"},
		"half a model":            {"updateRoom", token, "PATCH", path, body{"ai_model": "x"}, 422, "validation_failed"},
		"a nameless room":         {"updateRoom", token, "PATCH", path, body{"name": " "}, 422, "validation_failed"},
		"a reader renames":        {"updateRoom", reader, "PATCH", path, body{"name": "x"}, 403, "forbidden"},
		"a reader deletes":        {"deleteRoom", reader, "DELETE", path, nil, 403, "forbidden"},
		"read nothing":            {"markRead", token, "PUT", path + "/read", body{"message_id": key()}, 422, "validation_failed"},
	} {
		t.Run(name, func(t *testing.T) {
			w := h.Call(c.token, c.method, c.path, c.body)
			out := answers(t, c.operation, w, c.status)
			if out["code"] != c.code || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("X-Request-Id") == "" {
				t.Errorf("code %v, want %s (%s)", out["code"], c.code, w.Header().Get("Content-Type"))
			}
		})
	}
	if err := h.DB.QueryRow(t.Context(), count).Scan(&after); err != nil || after != before {
		t.Fatalf("refused requests changed %d rows (%v)", after-before, err)
	}
	reused := fine("first")
	answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", reused), 201)
	reused["content"] = "second"
	if out := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", reused), 422); out["code"] != "idempotency_mismatch" {
		t.Fatal(out)
	}
}

func TestAnArchivedRoomIsReadOnly(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	answers(t, "updateRoom", h.Call(token, "PATCH", path, body{"is_archived": true}), 200)
	out := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "x"}), 409)
	if out["code"] != "room_archived" {
		t.Fatal(out)
	}
	answers(t, "updateRoom", h.Call(token, "PATCH", path, body{"is_archived": false}), 200)
	answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "x"}), 201)
}

func TestRoomListsArePagedByActivity(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	_, token := h.Person("aki")
	var first string
	for i := range 5 {
		r := answers(t, "createRoom", h.Call(token, "POST", "/rooms", body{"name": fmt.Sprint(i)}, "Idempotency-Key", key()), 201)
		if i == 0 {
			first = r["id"].(string)
		}
		time.Sleep(2 * time.Millisecond)
	}
	answers(t, "sendMessage", h.Call(token, "POST", "/rooms/"+first+"/messages", body{"client_message_id": key(), "content": "x"}), 201)
	var names []string
	cursor := ""
	for {
		page := answers(t, "listRooms", h.Call(token, "GET", "/rooms?limit=2"+cursor, nil), 200)
		for _, item := range page["items"].([]any) {
			names = append(names, item.(map[string]any)["name"].(string))
		}
		next, more := page["next_cursor"].(string)
		if !more {
			break
		}
		cursor = "&cursor=" + next
	}
	if strings.Join(names, " ") != "0 4 3 2 1" {
		t.Fatal(names)
	}
}

// The first answer was lost; the second must be the same, whatever became of the providers meanwhile.
func TestARoomIsFoundAgainWhileTheCatalogueIsAway(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	_, token := h.Person("aki")
	value, wish := key(), body{"name": "Kyoto", "ai_provider": "scripted", "ai_model": "scripted"}
	first := answers(t, "createRoom", h.Call(token, "POST", "/rooms", wish, "Idempotency-Key", value), 201)
	h.Catalogue.Away.Store(true)
	again := answers(t, "createRoom", h.Call(token, "POST", "/rooms", wish, "Idempotency-Key", value), 200)
	if again["id"] != first["id"] || again["ai_model"] != "scripted" {
		t.Errorf("%v became %v", first, again)
	}
	if out := answers(t, "createRoom", h.Call(token, "POST", "/rooms", wish, "Idempotency-Key", key()), 503); out["code"] != "unavailable" {
		t.Error(out)
	}
	if l := answers(t, "listRooms", h.Call(token, "GET", "/rooms", nil), 200); len(l["items"].([]any)) != 1 {
		t.Errorf("%v", l)
	}
}

// A session that has ended opens nothing, and what a change is projected to stands in the table.
func TestSessionsAndProjectionsAreReal(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	person, token := h.Person("aki")
	r := answers(t, "createRoom", h.Call(token, "POST", "/rooms", body{"name": "Kyoto"}, "Idempotency-Key", key()), 201)
	roomID, _ := id.Parse(r["id"].(string))
	table := dynamodb.Memberships{Table: h.Table}
	m, found, err := table.Get(t.Context(), person, roomID)
	if err != nil || !found || m.Role != string(room.Master) {
		t.Fatalf("%+v %v %v", m, found, err)
	}
	sent := answers(t, "sendMessage", h.Call(token, "POST", "/rooms/"+roomID.String()+"/messages", body{"client_message_id": key(), "content": "x"}), 201)
	answers(t, "markRead", h.Call(token, "PUT", "/rooms/"+roomID.String()+"/read", body{"message_id": at(sent, "message", "id")}), 200)
	if raised, _, err := dynamodb.NewActivity(h.Table).Read(t.Context()); err != nil || raised.IsZero() {
		t.Errorf("nothing woke the sweeper: %v %v", raised, err)
	}
	answers(t, "deleteRoom", h.Call(token, "DELETE", "/rooms/"+roomID.String(), nil), 204)
	if m, _, err = table.Get(t.Context(), person, roomID); err != nil || m.Role != realtime.None {
		t.Errorf("%+v %v", m, err)
	}
	answers(t, "logOut", h.Call(token, "POST", "/auth/logout", nil), 204)
	if out := answers(t, "listRooms", h.Call(token, "GET", "/rooms", nil), 401); out["code"] != "unauthenticated" {
		t.Error(out)
	}
}

func TestEightEqualRoomWishesMakeOne(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	_, token := h.Person("aki")
	value := key()
	var wait sync.WaitGroup
	var mu sync.Mutex
	ids := map[any]int{}
	for range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			w := h.Call(token, http.MethodPost, "/rooms", body{"name": "one"}, "Idempotency-Key", value)
			var out body
			if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			ids[out["id"]]++
		}()
	}
	wait.Wait()
	if len(ids) != 1 {
		t.Fatal(ids)
	}
}
