package http_test

import (
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

func TestSearchOverHTTP(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	_, stranger := h.Person("stranger")
	roomID := strings.TrimPrefix(path, "/rooms/")
	for _, text := range []string{"明日の会議", "会議は十時", "ﾗﾝﾁ"} {
		answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": text}), 201)
	}
	page := answers(t, "searchMessages", h.Call(token, "POST", "/search", body{"query": "会議", "limit": 1}), 200)
	items := page["items"].([]any)
	if len(items) != 1 || at(items[0].(body), "room", "name") != "Kyoto" || at(items[0].(body), "message", "content") != "会議は十時" || items[0].(body)["excerpt"] != "会議は十時" {
		t.Fatalf("%v", page)
	}
	if m := items[0].(body)["matches"].([]any); len(m) != 1 || at(m[0].(body), "start") != 0.0 || at(m[0].(body), "end") != 2.0 {
		t.Fatalf("%v", m)
	}
	rest := answers(t, "searchMessages", h.Call(token, "POST", "/search", body{"query": "会議", "room_id": roomID, "cursor": page["next_cursor"]}), 200)
	if items := rest["items"].([]any); len(items) != 1 || rest["next_cursor"] != nil || at(items[0].(body), "message", "content") != "明日の会議" {
		t.Fatalf("%v", rest)
	}
	for name, c := range map[string]struct {
		token  string
		body   any
		status int
		code   string
	}{
		"no query":               {token, body{}, 422, "validation_failed"},
		"only spaces":            {token, body{"query": " \t　"}, 422, "validation_failed"},
		"1,000 characters":       {token, body{"query": strings.Repeat("語", 1000)}, 422, "validation_failed"},
		"operators of a tsquery": {token, body{"query": "&|!<->():*"}, 422, "validation_failed"},
		"U+0000":                 {token, body{"query": "a\x00b"}, 422, "validation_failed"},
		"an unknown field":       {token, body{"query": "a", "order": "asc"}, 400, "unknown_field"},
		"a room that is no id":   {token, body{"query": "a", "room_id": "Kyoto"}, 400, "malformed"},
		"a cursor of nobody":     {token, body{"query": "a", "cursor": "next"}, 400, "invalid_cursor"},
		"no limit":               {token, body{"query": "a", "limit": 0}, 400, "malformed"},
		"a large limit":          {token, body{"query": "a", "limit": 51}, 400, "malformed"},
		"till before since":      {token, body{"query": "a", "since": "2026-01-02T00:00:00.000Z", "till": "2026-01-01T00:00:00.000Z"}, 422, "validation_failed"},
		"the AI and a sender":    {token, body{"query": "a", "from_ai": true, "sender_id": roomID}, 422, "validation_failed"},
		"an outsider":            {stranger, body{"query": "会議", "room_id": roomID}, 404, "not_found"},
		"an outsider's nonsense": {stranger, body{"query": "", "room_id": roomID}, 404, "not_found"},
		"nobody":                 {"", body{"query": "会議"}, 401, "unauthenticated"},
	} {
		w := h.Call(c.token, "POST", "/search", c.body)
		if problem := answers(t, "searchMessages", w, c.status); problem["code"] != c.code {
			t.Errorf("%s: %v", name, problem)
		}
	}
	// SQL is text like any other.
	found := answers(t, "searchMessages", h.Call(token, "POST", "/search", body{"query": `'; DROP TABLE messages; --`}), 200)
	if len(found["items"].([]any)) != 0 {
		t.Fatalf("%v", found)
	}
	outside := answers(t, "searchMessages", h.Call(stranger, "POST", "/search", body{"query": "会議"}), 200)
	if len(outside["items"].([]any)) != 0 {
		t.Fatalf("%v", outside)
	}
}
