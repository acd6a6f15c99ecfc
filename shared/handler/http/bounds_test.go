package http_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

const nilUUID = "00000000-0000-0000-0000-000000000000"

func TestQueriesAreReadStrictly(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	sent := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "x", "ai": body{}}), 201)
	attempts := path + "/messages/" + at(sent, "ai_message", "id").(string) + "/attempts"
	list := map[string]string{path + "/messages": "listMessages", "/rooms": "listRooms", path + "/members": "listMembers", path + "/changes": "listChanges",
		"/me/changes": "listMyChanges", attempts: "listAttempts"}
	for _, c := range []struct {
		path  string
		query []string
		code  string
	}{
		{path + "/messages", []string{"before=", "after=", "around=", "limit=", "limit=+5", "limit=05", "limit=5.0", "limit=0", "limit=1&limit=2"}, "malformed"},
		{path + "/messages", []string{"before=" + nilUUID, "after=x", "around=" + strings.Repeat("0", 32)}, "invalid_cursor"},
		{"/rooms", []string{"cursor=", "limit=", "limit=101", "cursor=a&cursor=b"}, "malformed"},
		{"/rooms", []string{"cursor=x", "cursor=" + nilUUID, "cursor=" + nilUUID + ".x"}, "invalid_cursor"},
		{path + "/members", []string{"cursor=", "limit="}, "malformed"},
		{path + "/members", []string{"cursor=7", "cursor=" + nilUUID}, "invalid_cursor"},
		{path + "/changes", []string{"since=", "since=+0", "since=9007199254740993", "since=1e3", "since=0&since=1"}, "malformed"},
		{"/me/changes", []string{"since=", "since=-0", "since=9007199254740993"}, "malformed"},
		{attempts, []string{"cursor=", "cursor=-1", "cursor=1000000000", "cursor=01"}, "malformed"},
	} {
		for _, query := range c.query {
			out := answers(t, list[c.path], h.Call(token, "GET", c.path+"?"+query, nil), 400)
			if out["code"] != c.code {
				t.Errorf("%s?%s: %v, want %s", list[c.path], query, out["code"], c.code)
			}
		}
	}
	for _, fine := range []string{"/me/changes?since=9007199254740992", attempts + "?cursor=999999999", path + "/messages?limit=100&colour=red", path + "/members?limit=1"} {
		answers(t, list[strings.Split(fine, "?")[0]], h.Call(token, "GET", fine, nil), 200)
	}
}

func TestTheNilUUIDNamesNothing(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	for _, c := range []struct {
		operation, method, path string
		body                    body
		status                  int
	}{
		{"sendMessage", "POST", path + "/messages", body{"client_message_id": nilUUID, "content": "x"}, 400},
		{"sendMessage", "POST", path + "/messages", body{"client_message_id": key(), "content": "x", "reply_to": nilUUID}, 400},
		{"createRoom", "POST", "/rooms", body{"name": "x"}, 400},
		{"markRead", "PUT", path + "/read", body{"message_id": nilUUID}, 422},
		{"getRoom", "GET", "/rooms/" + nilUUID, nil, 404},
		{"getMessage", "GET", path + "/messages/" + nilUUID, nil, 404},
	} {
		var sent any
		if c.body != nil {
			sent = c.body
		}
		answers(t, c.operation, h.Call(token, c.method, c.path, sent, "Idempotency-Key", nilUUID), c.status)
	}
	if page := answers(t, "listMessages", h.Call(token, "GET", path+"/messages", nil), 200); len(page["items"].([]any)) != 0 {
		t.Error(page)
	}
}

// One rule for names of rooms, the same by which people's names are read: outer white space is cut, and something must be seen.
func TestARoomsNameIsSeen(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	create := func(name string, status int) body {
		t.Helper()
		return answers(t, "createRoom", h.Call(token, "POST", "/rooms", body{"name": name}, "Idempotency-Key", key()), status)
	}
	for _, unseen := range []string{"", " \t", "\u200B", "\u3000\u200B\u2060", "\uFEFF", "\u2800", "a\x00", "a\nb", "a\u2028b", strings.Repeat("語", 101)} {
		create(unseen, 422)
		answers(t, "updateRoom", h.Call(token, "PATCH", path, body{"name": unseen}), 422)
	}
	for given, want := range map[string]string{" 京都\u3000": "京都", "\uFEFFa b\n": "a b", "👩\u200D💻": "👩\u200D💻", strings.Repeat("🙂", 100): strings.Repeat("🙂", 100)} {
		if r := create(given, 201); r["name"] != want {
			t.Errorf("%+q became %+q", given, r["name"])
		}
		if r := answers(t, "updateRoom", h.Call(token, "PATCH", path, body{"name": given}), 200); r["name"] != want {
			t.Errorf("%+q became %+q", given, r["name"])
		}
	}
}

// The longest message is taken however its JSON is written: an emoji may be two escapes, twelve bytes.
func TestTheLongestMessageFitsInEveryEncoding(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	for _, letter := range []string{"🙂", `\ud83d\ude42`, "語", `\u8a9e`, "a"} {
		sent := fmt.Sprintf(`{"client_message_id": %q, "content": "%s"}`, key(), strings.Repeat(letter, 32000))
		out := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", sent), 201)
		if n := len([]rune(at(out, "message", "content").(string))); n != 32000 {
			t.Errorf("%s: %d characters", letter, n)
		}
	}
}

func TestAModelSaysWhetherItIsDeprecated(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	_, token := h.Person("aki")
	list := answers(t, "listModels", h.Call(token, "GET", "/models", nil), 200)
	if v, there := list["items"].([]any)[0].(map[string]any)["deprecated"]; !there || v != false {
		t.Error(list)
	}
}
