package http_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

func TestReactionsOverHTTP(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	sent := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "look"}), 201)
	at2 := func(emoji string) string {
		return path + "/messages/" + at(sent, "message", "id").(string) + "/reactions/" + url.PathEscape(emoji)
	}
	for _, emoji := range []string{"👍", "❤️", "👨‍👩‍👧‍👦", "🇯🇵", "#️⃣"} {
		answers(t, "addReaction", h.Call(token, "PUT", at2(emoji), nil), 200)
	}
	m := answers(t, "removeReaction", h.Call(token, "DELETE", at2("👍"), nil), 200)
	var given []string
	for _, r := range m["reactions"].([]any) {
		if at(r.(body), "count") != 1.0 || at(r.(body), "mine") != true {
			t.Errorf("%v", r)
		}
		given = append(given, at(r.(body), "emoji").(string))
	}
	if got := strings.Join(given, " "); got != "❤️ 👨‍👩‍👧‍👦 🇯🇵 #️⃣" {
		t.Fatal(got)
	}
	for name, emoji := range map[string]string{"letters": "abc", "two": "👍👍", "10,000 characters": strings.Repeat("👍", 10_000), "encoded once more": "%F0%9F%91%8D", "markup": "<b>"} {
		if problem := answers(t, "addReaction", h.Call(token, "PUT", at2(emoji), nil), 422); problem["code"] != "validation_failed" {
			t.Errorf("%s: %v", name, problem)
		}
	}
}

func TestMentionsNotesAndForwardsOverHTTP(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	mei, hers := h.Person("mei")
	roomID, _ := id.Parse(strings.TrimPrefix(path, "/rooms/"))
	h.Joins(roomID, "mei", room.Member)
	say := func(content string, mentions ...body) body {
		return body{"client_message_id": key(), "content": content, "mentions": mentions}
	}
	sent := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", say("@mei and @all", body{"kind": "user", "user_id": mei.String()}, body{"kind": "all"})), 201)
	if m := at(sent, "message", "mentions").([]any); len(m) != 2 || at(m[0].(body), "name") != "mei" || at(m[0].(body), "user_id") != mei.String() || at(m[1].(body), "user_id") != nil {
		t.Fatalf("%v", m)
	}
	mine := answers(t, "getRoom", h.Call(hers, "GET", path, nil), 200)
	if mine["unread_mentions"] != 1.0 || mine["unread_count"] != 1.0 {
		t.Fatalf("%v", mine)
	}
	page := answers(t, "listMessages", h.Call(hers, "GET", path+"/messages", nil), 200)
	note := page["items"].([]any)[1].(body)
	if note["type"] != "system" || note["sender"] != nil || note["content"] != "" || at(note, "system", "code") != "joined" || at(note, "system", "user", "name") != "mei" {
		t.Fatalf("%v", note)
	}
	for name, c := range map[string]struct {
		token  string
		body   body
		status int
		code   string
	}{
		"a stranger":             {token, say("@mei", body{"kind": "user", "user_id": key()}), 422, "validation_failed"},
		"everybody, by a member": {hers, say("@all", body{"kind": "all"}), 403, "forbidden"},
		"no kind":                {token, say("@mei", body{"user_id": mei.String()}), 422, "validation_failed"},
		"an unknown field":       {token, say("@mei", body{"kind": "ai", "name": "x"}), 400, "unknown_field"},
	} {
		if problem := answers(t, "sendMessage", h.Call(c.token, "POST", path+"/messages", c.body), c.status); problem["code"] != c.code {
			t.Errorf("%s: %v", name, problem)
		}
	}
	// An id beside the AI, or all, says nothing.
	both := say("@ai and @all", body{"kind": "ai", "user_id": key()}, body{"kind": "all", "user_id": key()})
	for _, m := range at(answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", both), 201), "message", "mentions").([]any) {
		if at(m.(body), "user_id") != nil {
			t.Errorf("%v", m)
		}
	}
	other := answers(t, "createRoom", h.Call(hers, "POST", "/rooms", body{"name": "Hers"}, "Idempotency-Key", key()), 201)
	from, same := path+"/messages/"+at(sent, "message", "id").(string)+"/forward", key()
	forwarded := answers(t, "forwardMessage", h.Call(hers, "POST", from, body{"room_id": other["id"]}, "Idempotency-Key", same), 201)
	if at(forwarded, "forwarded", "author") != "aki" || forwarded["room_id"] != other["id"] || len(forwarded["mentions"].([]any)) != 0 {
		t.Fatalf("%v", forwarded)
	}
	again := answers(t, "forwardMessage", h.Call(hers, "POST", from, body{"room_id": other["id"]}, "Idempotency-Key", same), 200)
	if again["id"] != forwarded["id"] {
		t.Fatalf("%v", again)
	}
	for name, c := range map[string]struct {
		token  string
		body   any
		key    string
		status int
		code   string
	}{
		"nowhere":                  {hers, body{}, key(), 400, "malformed"},
		"without a key":            {hers, body{"room_id": other["id"]}, "", 400, "malformed"},
		"elsewhere under one key":  {hers, body{"room_id": roomID.String()}, same, 422, "idempotency_mismatch"},
		"to a room one is not in":  {token, body{"room_id": other["id"]}, key(), 404, "not_found"},
		"to a room that never was": {token, body{"room_id": key()}, key(), 404, "not_found"},
	} {
		if problem := answers(t, "forwardMessage", h.Call(c.token, "POST", from, c.body, "Idempotency-Key", c.key), c.status); problem["code"] != c.code {
			t.Errorf("%s: %v", name, problem)
		}
	}
}
