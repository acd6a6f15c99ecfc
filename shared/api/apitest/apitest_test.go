package apitest

import (
	"strings"
	"testing"
)

// A checker that passes everything proves nothing: each of these must be refused.
func TestTheCheckerRefuses(t *testing.T) {
	t.Parallel()
	good := `{"id":"0190b3f0-0000-7000-8000-000000000000","username":"ann","display_name":"Ann","locale":"ja","created_at":"2026-11-24T07:00:00.000Z","email":"a@b.c","is_admin":false,"ai_may_read":true}`
	if err := me(t, good); err != nil {
		t.Fatalf("a good answer was refused: %v", err)
	}
	for _, change := range [][2]string{
		{`"username":"ann",`, ``},
		{`"is_admin":false`, `"is_admin":null`},
		{`"is_admin":false`, `"is_admin":"no"`},
		{`"locale":"ja"`, `"locale":"fr"`},
		{`2026-11-24T07:00:00.000Z`, `yesterday`},
		{`2026-11-24T07:00:00.000Z`, `2026-11-24T07:00:00Z`},
		{`2026-11-24T07:00:00.000Z`, `2026-11-24T07:00:00.000+09:00`},
		{`0190b3f0-0000-7000-8000-000000000000`, `1`},
		{good, `[]`},
	} {
		if err := me(t, strings.Replace(good, change[0], change[1], 1)); err == nil {
			t.Errorf("%s for %s was let pass", change[1], change[0])
		}
	}
}

func me(t *testing.T, body string) error {
	t.Helper()
	return checkResponse(t, "getMe", 200, []byte(body))
}

func TestNullIsTakenWhereTheContractSaysSo(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"last_read_message_id":null,"unread_count":0}`:                                   true,
		`{"last_read_message_id":"0190b3f0-0000-7000-8000-000000000000","unread_count":0}`: true,
		`{"last_read_message_id":5,"unread_count":0}`:                                      false,
		`{"last_read_message_id":"x","unread_count":0}`:                                    false,
		`{"last_read_message_id":null,"unread_count":null}`:                                false,
	} {
		if err := checkResponse(t, "markRead", 200, []byte(body)); (err == nil) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestFramesAreHeldAgainstTheirMessage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		message, body string
		want          bool
	}{
		{"pong", `{"type":"pong","user":3,"rooms":{"a":null,"b":{"event":4,"read":null}}}`, true},
		{"pong", `{"type":"pong","user":3,"rooms":{"a":{"event":4}}}`, false},
		{"pong", `{"type":"ping","user":3,"rooms":{}}`, false},
		{"pong", `{"type":"pong","rooms":{}}`, false},
		{"view", `{"action":"view","room_id":null}`, true},
		{"view", `{"action":"view","room_id":null,"x":1}`, false},
		{"error", `{"type":"error","code":"malformed","detail":"no"}`, true},
		{"error", `{"type":"error"}`, false},
	} {
		if err := checkFrame(c.message, []byte(c.body)); (err == nil) != c.want {
			t.Errorf("%s %s: %v", c.message, c.body, err)
		}
	}
}

func told(code string) []byte {
	return []byte(`{"type":"about:blank","title":"x","status":400,"code":"` + code + `","detail":"","request_id":"x"}`)
}

func TestStatusesThatTheContractDoesNotName(t *testing.T) {
	t.Parallel()
	problem := []byte(`{"type":"about:blank","title":"Internal","status":500,"code":"internal","detail":"","request_id":"x"}`)
	for _, c := range []struct {
		operation string
		status    int
		body      []byte
		want      bool
	}{
		{"getMe", 500, problem, true},
		{"getMe", 500, []byte(`{"code":"internal"}`), false},
		{"getMe", 201, []byte(`{}`), false},
		{"getMe", 401, told("unauthenticated"), true},
		{"getMe", 401, told("not_found"), false},
		{"getMe", 409, told("conflict"), false},
		{"logOut", 204, nil, true},
		{"logOut", 204, []byte(`{}`), false},
		{"nothing", 200, []byte(`{}`), false},
	} {
		if err := checkResponse(t, c.operation, c.status, c.body); (err == nil) != c.want {
			t.Errorf("%s %d %s: %v", c.operation, c.status, c.body, err)
		}
	}
}
