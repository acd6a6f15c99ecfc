package http_test

import (
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// roomID reads an id, a room's or a person's.
func roomID(text string) id.ID { return idOf("/rooms/" + text) }

func (m *meeting) exec(sql string, args ...any) {
	m.t.Helper()
	if _, err := m.DB.Exec(m.t.Context(), sql, args...); err != nil {
		m.t.Fatalf("%v\n%s", err, sql)
	}
}

func (m *meeting) count(sql string, args ...any) (n int) {
	m.t.Helper()
	if err := m.DB.QueryRow(m.t.Context(), sql, args...).Scan(&n); err != nil {
		m.t.Fatalf("%v\n%s", err, sql)
	}
	return n
}

func TestANewNameIsHeardInEveryRoom(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member})
	stage := m.Stage()
	stage.Listens("aki", roomID(m.ids["aki"]), idOf(m.path))
	changed := m.does("mei", "updateMe", "PATCH", "/me", body{"display_name": "  芽衣 ", "locale": "en", "ai_may_read": false}, 200)
	if changed["display_name"] != "芽衣" || changed["locale"] != "en" || changed["ai_may_read"] != false {
		t.Fatal(changed)
	}
	stage.Deliver()
	if heard := stage.Heard("aki"); !strings.Contains(heard, `"member.updated"`) || !strings.Contains(heard, "芽衣") {
		t.Fatal(heard)
	}
	// What changes nothing is no event, and news that were told are gone.
	before := m.rows()
	m.does("mei", "updateMe", "PATCH", "/me", body{"display_name": "芽衣"}, 200)
	if after := m.rows(); after != before || m.count(`SELECT count(*) FROM user_news`) != 0 {
		t.Errorf("%d rows, then %d", before, after)
	}
	for name, b := range map[string]body{
		"nothing": {}, "an empty name": {"display_name": ""}, "an invisible one": {"display_name": "\u200b"}, "one that turns the text": {"display_name": "\u202Eiem"},
		"two lines": {"display_name": "a\nb"}, "a long one": {"display_name": strings.Repeat("x", 65)}, "a strange language": {"locale": "fr"},
	} {
		w := m.Call(m.tokens["mei"], "PATCH", "/me", b)
		if w.Code != 422 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if m.rows() != before {
		t.Error("a refusal changed something")
	}
}

// Whatever ended the telling, the sweeper goes on with it, once for each room.
func TestNewsAreToldToTheEnd(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member})
	for range 3 {
		made := m.does("aki", "createRoom", "POST", "/rooms", body{"name": "more"}, 201)
		m.Joins(roomID(made["id"].(string)), "mei", room.Guest)
	}
	told := func() int {
		return m.count(`SELECT count(*) FROM room_events e WHERE kind = 'member.updated' AND entity_id = $1::text::uuid`, m.ids["mei"])
	}
	before := told()
	m.exec(`UPDATE users SET display_name = 'Mei' WHERE username = 'mei'`)
	m.exec(`INSERT INTO user_news (user_id, renamed, told) SELECT user_id, true, min(room_id::text)::uuid FROM room_members WHERE user_id = $1::text::uuid GROUP BY user_id`, m.ids["mei"])
	for range 2 {
		if err := m.Accounts.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := told() - before; n != 3 || m.count(`SELECT count(*) FROM user_news`) != 0 {
		t.Fatalf("%d rooms heard", n)
	}
}

func TestAnAccountEndsAtOnceAndComesBackInItsGrace(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Outside})
	stage := m.Stage()
	const password = "correct horse battery"
	registered := answers(t, "registerUser", m.Call("", "POST", "/auth/register", body{"username": "sora", "email": "sora@example.com", "password": password}), 201)
	second := answers(t, "logIn", m.Call("", "POST", "/auth/login", body{"login": "sora", "password": password}), 200)
	m.tokens["sora"], m.ids["sora"] = registered["access_token"].(string), at(registered, "user", "id").(string)
	m.Joins(idOf(m.path), "sora", room.Member)
	m.does("sora", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "hello"}, 201)
	m.does("sora", "forkRoom", "POST", m.path+"/forks", body{}, 202)
	elsewhere := m.does("mei", "createRoom", "POST", "/rooms", body{"name": "elsewhere"}, 201)
	m.does("mei", "createInvitation", "POST", "/rooms/"+elsewhere["id"].(string)+"/invitations", body{"kind": "user", "username": "sora", "role": "guest"}, 201)
	m.does("aki", "transferRoom", "PATCH", m.path+"/owner", body{"user_id": m.ids["sora"]}, 200)
	stage.Listens("sora", roomID(m.ids["sora"]), idOf(m.path))
	stage.Listens("aki", roomID(m.ids["aki"]), idOf(m.path))

	// Who is master gives their rooms away first.
	own := m.does("sora", "createRoom", "POST", "/rooms", body{"name": "my own"}, 201)
	refused := m.does("sora", "deleteMe", "DELETE", "/me", body{"password": password}, 409)
	if refused["code"] != "master_must_transfer" || at(refused["errors"].([]any)[0].(body), "field") != own["id"] || at(refused["errors"].([]any)[0].(body), "message") != "my own" {
		t.Fatal(refused)
	}
	m.does("sora", "deleteRoom", "DELETE", "/rooms/"+own["id"].(string), nil, 204)
	if wrong := m.does("sora", "deleteMe", "DELETE", "/me", body{"password": "wrong horse battery"}, 403); wrong["code"] != "forbidden" {
		t.Fatal(wrong)
	}
	m.exec(`INSERT INTO subscriptions (rail, reference, account_id, offer, live, status, cancels, surplus, created_at, fetched_at)
		VALUES ('app_store', 's', $1::text::uuid, 'plan_standard', true, 'active', false, false, now(), now())`, m.ids["sora"])
	if sold := m.does("sora", "deleteMe", "DELETE", "/me", body{"password": password}, 409); sold["code"] != "store_subscription_active" {
		t.Fatal(sold)
	}
	m.exec(`UPDATE subscriptions SET live = false`)

	// A plan runs, and two answers are being waited for.
	m.exec(`INSERT INTO payment_customers (account_id, rail, customer) VALUES ($1::text::uuid, 'stripe', 'cus_sora')`, m.ids["sora"])
	m.exec(`INSERT INTO subscriptions (rail, reference, account_id, offer, live, status, cancels, surplus, created_at, fetched_at)
		VALUES ('stripe', 'sub', $1::text::uuid, 'plan_standard', true, 'active', false, false, now(), now())`, m.ids["sora"])
	m.does("sora", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "why", "ai": body{}}, 201)
	m.does("sora", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "psst", "visibility": "private", "ai": body{}}, 201)
	commands := m.Queues.Rows["stripe-commands"]
	m.does("sora", "deleteMe", "DELETE", "/me", body{"password": password}, 204)
	stage.Deliver()
	if n := m.Queues.Rows["stripe-commands"] - commands; n != 2 { // the plan, and open pages
		t.Errorf("%d wishes to Stripe", n)
	}
	if n := m.count(`SELECT count(*) FROM ai_generations WHERE status <> 'completed'`); n != 0 {
		t.Errorf("%d answers did not end", n)
	}
	m.sound()
	for _, token := range []string{m.tokens["sora"], second["access_token"].(string)} {
		answers(t, "getMe", m.Call(token, "GET", "/me", nil), 401)
		answers(t, "deleteMe", m.Call(token, "DELETE", "/me", body{"password": password}), 401)
	}
	answers(t, "refreshSession", m.Call("", "POST", "/auth/refresh", body{"refresh_token": second["refresh_token"]}), 401)
	if heard := stage.Heard("aki"); !strings.Contains(heard, `"member.removed"`) {
		t.Error("the room did not hear that somebody left", heard)
	}
	for what, sql := range map[string]string{
		"memberships": `SELECT count(*) FROM room_members WHERE user_id = $1::text::uuid AND removed_at IS NULL AND room_id IN (SELECT id FROM rooms WHERE deleted_at IS NULL)`,
		"invitations": `SELECT count(*) FROM room_invitations WHERE invited_user = $1::text::uuid AND status = 'pending'`,
		"offers":      `SELECT count(*) FROM rooms WHERE offered_to = $1::text::uuid`,
		"jobs":        `SELECT count(*) FROM jobs WHERE requested_by = $1::text::uuid AND state IN ('queued', 'running')`,
		"sessions":    `SELECT count(*) FROM sessions WHERE user_id = $1::text::uuid AND revoked_at IS NULL`,
		"news":        `SELECT count(*) FROM user_news WHERE user_id = $1::text::uuid`,
	} {
		if n := m.count(sql, m.ids["sora"]); n != 0 {
			t.Errorf("%d %s are left", n, what)
		}
	}
	if found := m.does("mei", "searchUsers", "GET", "/users?query=sora", nil, 200); len(found["items"].([]any)) != 0 {
		t.Error("who left is still found")
	}

	answers(t, "logIn", m.Call("", "POST", "/auth/login", body{"login": "sora", "password": "wrong horse battery"}), 401)
	if m.count(`SELECT count(*) FROM users WHERE username = 'sora' AND deleted_at IS NOT NULL`) != 1 {
		t.Error("a wrong password took the end back")
	}
	back := answers(t, "logIn", m.Call("", "POST", "/auth/login", body{"login": "sora@example.com", "password": password}), 200)
	if back["deletion_cancelled"] != true {
		t.Fatal(back)
	}
	m.tokens["sora"] = back["access_token"].(string)
	if rooms := m.does("sora", "listRooms", "GET", "/rooms", nil, 200); len(rooms["items"].([]any)) != 0 {
		t.Error("rooms came back by themselves")
	}
	if again := answers(t, "logIn", m.Call("", "POST", "/auth/login", body{"login": "sora", "password": password}), 200); again["deletion_cancelled"] != nil {
		t.Error(again)
	}

	if n := m.count(`SELECT count(*) FROM audit_log WHERE actor_id = subject_id AND act IN ('account.deleted', 'account.restored') AND subject_id = $1::text::uuid`, m.ids["sora"]); n != 2 {
		t.Errorf("the audit log tells of %d", n)
	}

	// Past the grace nobody gets in, erased or not.
	m.does("sora", "deleteMe", "DELETE", "/me", body{"password": password}, 204)
	m.exec(`UPDATE users SET erase_after = now() - interval '1 minute' WHERE username = 'sora'`)
	answers(t, "logIn", m.Call("", "POST", "/auth/login", body{"login": "sora", "password": password}), 401)
}

// Guesses of a password count as log-ins do, so that a stolen session opens nothing more.
func TestGuessesAtTheEndOfAnAccountAreCounted(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, nil)
	registered := answers(t, "registerUser", m.Call("", "POST", "/auth/register", body{"username": "sora", "email": "sora@example.com", "password": "correct horse battery"}), 201)
	m.tokens["sora"] = registered["access_token"].(string)
	for range 10 {
		m.does("sora", "deleteMe", "DELETE", "/me", body{"password": "guess"}, 403)
	}
	m.does("sora", "deleteMe", "DELETE", "/me", body{"password": "correct horse battery"}, 429)
	answers(t, "logIn", m.Call("", "POST", "/auth/login", body{"login": "sora", "password": "correct horse battery"}), 429)
}
