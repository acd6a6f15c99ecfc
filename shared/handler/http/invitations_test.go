package http_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

// meeting is a room of aki's, and people who come to it.
type meeting struct {
	*optest.House
	t      *testing.T
	path   string
	tokens map[string]string
	ids    map[string]string
}

// newMeeting makes people; those with a role are in aki's room.
func newMeeting(t *testing.T, people map[string]room.Role) *meeting {
	t.Helper()
	m := &meeting{House: optest.New(t), t: t, tokens: map[string]string{}, ids: map[string]string{}}
	m.tokens["aki"], m.path = newRoom(t, m.House, "aki")
	me := answers(t, "listMembers", m.Call(m.tokens["aki"], "GET", m.path+"/members", nil), 200)
	m.ids["aki"] = at(me["items"].([]any)[0].(body), "user", "id").(string)
	for name, role := range people {
		v, token := m.Person(name)
		m.tokens[name], m.ids[name] = token, v.String()
		if role != room.Outside {
			m.Joins(idOf(m.path), name, role)
		}
	}
	return m
}

func (m *meeting) does(who, operation, method, path string, b any, status int) body {
	m.t.Helper()
	return answers(m.t, operation, m.Call(m.tokens[who], method, path, b, "Idempotency-Key", key()), status)
}

func (m *meeting) invites(who string, b body, status int) body {
	m.t.Helper()
	return m.does(who, "createInvitation", "POST", m.path+"/invitations", b, status)
}

// link makes a link and returns its token.
func (m *meeting) link(b body) (token, invitation string) {
	m.t.Helper()
	b["kind"] = "link"
	made := m.invites("aki", b, 201)
	origin, token, found := strings.Cut(made["url"].(string), "/join#")
	if !found || origin != "http://localhost:8080" {
		m.t.Fatal(made["url"])
	}
	return token, made["id"].(string)
}

func (m *meeting) joins(who, token string, status int) body {
	m.t.Helper()
	return m.does(who, "joinByLink", "POST", "/invitation-links/join", body{"token": token}, status)
}

// rows counts what a refusal must not change.
func (m *meeting) rows() (n int) {
	m.t.Helper()
	if err := m.DB.QueryRow(m.t.Context(), `SELECT (SELECT count(*) FROM room_invitations) + (SELECT count(*) FROM room_events) + (SELECT count(*) FROM user_events)
		+ (SELECT count(*) FROM room_members WHERE removed_at IS NULL) + (SELECT count(*) FROM idempotency_keys)`).Scan(&n); err != nil {
		m.t.Fatal(err)
	}
	return n
}

func TestSomebodyIsInvitedByNameAndComes(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": "", "ren": ""})
	made := m.invites("aki", body{"kind": "user", "username": "MEI", "role": "guest"}, 201)
	path := "/invitations/" + made["id"].(string)
	mine := m.does("mei", "listMyInvitations", "GET", "/invitations", nil, 200)["items"].([]any)
	changed := m.does("mei", "listMyChanges", "GET", "/me/changes?since=0", nil, 200)["invitations"].([]any)
	if len(mine) != 1 || len(changed) != 1 || at(mine[0].(body), "room", "name") != "Kyoto" || changed[0].(body)["status"] != "pending" {
		t.Fatal(mine, changed)
	}
	// Nobody else's is there for anybody else.
	for _, who := range []string{"ren", "aki"} {
		m.does(who, "acceptInvitation", "POST", path+"/accept", nil, 404)
		m.does(who, "rejectInvitation", "POST", path+"/reject", nil, 404)
	}
	for range 2 { // twice is harmless
		if r := m.does("mei", "acceptInvitation", "POST", path+"/accept", nil, 200); r["role"] != "guest" {
			t.Fatal(r)
		}
	}
	if out := m.does("mei", "rejectInvitation", "POST", path+"/reject", nil, 409); out["code"] != "conflict" {
		t.Fatal(out)
	}
	changed = m.does("mei", "listMyChanges", "GET", "/me/changes?since=1", nil, 200)["invitations"].([]any)
	if len(changed) != 1 || changed[0].(body)["status"] != "accepted" {
		t.Fatal(changed)
	}
	// Who was made a member since is not made a guest again.
	m.does("aki", "updateMember", "PATCH", m.path+"/members/"+m.ids["mei"], body{"role": "member"}, 200)
	if r := m.does("mei", "acceptInvitation", "POST", path+"/accept", nil, 200); r["role"] != "member" {
		t.Fatal(r)
	}
	// Who was removed does not come back by it.
	m.does("aki", "removeMember", "DELETE", m.path+"/members/"+m.ids["mei"], nil, 204)
	m.does("mei", "acceptInvitation", "POST", path+"/accept", nil, 410)
}

func TestALinkLetsInAsManyAsItSays(t *testing.T) {
	t.Parallel()
	people := map[string]room.Role{"ren": room.Reader}
	for _, name := range []string{"p-1", "p-2", "p-3", "p-4", "p-5", "p-6"} {
		people[name] = room.Outside
	}
	m := newMeeting(t, people)
	token, invitation := m.link(body{"role": "member", "max_uses": 3, "monthly_cap": 500})
	preview := m.does("p-1", "previewInvitationLink", "POST", "/invitation-links/preview", body{"token": token}, 200)
	if at(preview, "room", "name") != "Kyoto" || at(preview, "invited_by", "username") != "aki" || preview["role"] != "member" || preview["joined"] != false {
		t.Fatal(preview)
	}
	// Who is in already stays what they are, and takes no use.
	if r := m.joins("ren", token, 200); r["role"] != "reader" {
		t.Fatal(r)
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	codes := map[int]int{}
	for name := range people {
		if name == "ren" {
			continue
		}
		wait.Go(func() {
			w := m.Call(m.tokens[name], "POST", "/invitation-links/join", body{"token": token})
			mu.Lock()
			defer mu.Unlock()
			codes[w.Code]++
		})
	}
	wait.Wait()
	if codes[200] != 3 || codes[410] != 3 {
		t.Fatal(codes)
	}
	var stored int
	if err := m.DB.QueryRow(t.Context(), `SELECT count(*) FROM room_invitations WHERE token_hash IS NULL OR encode(token_hash, 'escape') = $1`, token).Scan(&stored); err != nil || stored != 0 {
		t.Fatalf("a token is stored (%v)", err)
	}
	capped := 0
	for _, one := range m.does("aki", "listMembers", "GET", m.path+"/members", nil, 200)["items"].([]any) {
		if one.(body)["monthly_cap"] == 500.0 {
			capped++
		}
	}
	if capped != 3 {
		t.Fatalf("%d have the link's cap", capped)
	}
	m.does("aki", "revokeInvitation", "DELETE", m.path+"/invitations/"+invitation, nil, 204)
	m.does("aki", "revokeInvitation", "DELETE", m.path+"/invitations/"+invitation, nil, 204)
	if list := m.does("aki", "listInvitations", "GET", m.path+"/invitations", nil, 200)["items"].([]any); len(list) != 0 {
		t.Fatal(list)
	}
}

// A link that stands open is no way back for who was taken out, nor to more than one was for who left.
func TestALinkMadeBeforeUndoesNoRemovalAndNoDemotion(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": "", "ken": "", "zoe": ""})
	old, _ := m.link(body{"role": "member"})
	for _, name := range []string{"mei", "ken"} {
		m.joins(name, old, 200)
	}
	// An invitation that waits does not outlive the removal, either.
	zoes := "/invitations/" + m.invites("aki", body{"kind": "user", "username": "zoe", "role": "member"}, 201)["id"].(string)
	m.joins("zoe", old, 200)
	m.does("aki", "removeMember", "DELETE", m.path+"/members/"+m.ids["zoe"], nil, 204)
	m.does("zoe", "acceptInvitation", "POST", zoes+"/accept", nil, 410)
	m.invites("aki", body{"kind": "user", "username": "zoe", "role": "reader"}, 201)

	m.does("aki", "removeMember", "DELETE", m.path+"/members/"+m.ids["mei"], nil, 204)
	refused := m.joins("mei", old, 410)
	if list, ok := refused["errors"].([]any); !ok || refused["code"] != "gone" || list[0].(body)["field"] != "removed_at" {
		t.Fatal(refused)
	}
	m.does("mei", "previewInvitationLink", "POST", "/invitation-links/preview", body{"token": old}, 410)
	m.does("mei", "getRoom", "GET", m.path, nil, 404)
	fresh, _ := m.link(body{"role": "guest"})
	if r := m.joins("mei", fresh, 200); r["role"] != "guest" {
		t.Fatal(r)
	}

	m.does("aki", "updateMember", "PATCH", m.path+"/members/"+m.ids["ken"], body{"role": "reader"}, 200)
	if r := m.joins("ken", old, 200); r["role"] != "reader" {
		t.Fatal(r)
	}
	m.does("ken", "removeMember", "DELETE", m.path+"/members/"+m.ids["ken"], nil, 204)
	if r := m.does("ken", "previewInvitationLink", "POST", "/invitation-links/preview", body{"token": old}, 200); r["role"] != "reader" {
		t.Fatal(r)
	}
	if r := m.joins("ken", old, 200); r["role"] != "reader" {
		t.Fatal(r)
	}
	m.does("ken", "removeMember", "DELETE", m.path+"/members/"+m.ids["ken"], nil, 204)
	newest, _ := m.link(body{"role": "member"})
	if r := m.joins("ken", newest, 200); r["role"] != "member" {
		t.Fatal(r)
	}
}

func TestAnEqualWishToInviteMakesOne(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": ""})
	value, wish := key(), body{"kind": "user", "username": "mei", "role": "guest"}
	first := answers(t, "createInvitation", m.Call(m.tokens["aki"], "POST", m.path+"/invitations", wish, "Idempotency-Key", value), 201)
	again := answers(t, "createInvitation", m.Call(m.tokens["aki"], "POST", m.path+"/invitations", wish, "Idempotency-Key", value), 200)
	if first["id"] != again["id"] {
		t.Fatal(first, again)
	}
	wish["role"] = "reader"
	answers(t, "createInvitation", m.Call(m.tokens["aki"], "POST", m.path+"/invitations", wish, "Idempotency-Key", value), 422)
}

func TestWhatLetsNobodyIn(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": "", "noa": room.Admin, "ren": room.Member})
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := m.DB.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	gone := func(token, field string) {
		t.Helper()
		before := m.rows()
		for operation, path := range map[string]string{"joinByLink": "/invitation-links/join", "previewInvitationLink": "/invitation-links/preview"} {
			out := m.does("mei", operation, "POST", path, body{"token": token}, 410)
			if out["code"] != "gone" || at(out["errors"].([]any)[0].(body), "field") != field {
				t.Error(out)
			}
		}
		if m.rows() != before {
			t.Error("a refusal changed something")
		}
	}
	expired, v := m.link(body{"role": "member"})
	exec(`UPDATE room_invitations SET expires_at = now() WHERE id = $1`, v)
	gone(expired, "expires_at")
	full, v := m.link(body{"role": "member", "max_uses": 1})
	exec(`UPDATE room_invitations SET uses_left = 0 WHERE id = $1`, v)
	gone(full, "uses_left")
	revoked, v := m.link(body{"role": "member"})
	m.does("aki", "revokeInvitation", "DELETE", m.path+"/invitations/"+v, nil, 204)
	gone(revoked, "status")
	// The inviter's right is that of the moment when somebody comes.
	noa := m.invites("noa", body{"kind": "link", "role": "member"}, 201)
	_, token, _ := strings.Cut(noa["url"].(string), "#")
	m.does("aki", "updateMember", "PATCH", m.path+"/members/"+m.ids["noa"], body{"role": "member"}, 200)
	gone(token, "invited_by")
	// Who was suspended lets nobody in any more, and a person's invitations are not those of somebody whom they block.
	m.does("aki", "updateMember", "PATCH", m.path+"/members/"+m.ids["noa"], body{"role": "admin"}, 200)
	asked := m.invites("noa", body{"kind": "user", "role": "member", "username": "mei"}, 201)["id"].(string)
	waiting := func() int {
		return len(m.does("mei", "listMyInvitations", "GET", "/invitations", nil, 200)["items"].([]any))
	}
	if waiting() != 1 {
		t.Error("no invitation waits")
	}
	m.does("mei", "blockUser", "PUT", "/me/blocks/"+m.ids["noa"], nil, 204)
	if waiting() != 0 {
		t.Error("an invitation of somebody blocked waits")
	}
	m.does("mei", "unblockUser", "DELETE", "/me/blocks/"+m.ids["noa"], nil, 204)
	exec(`UPDATE users SET suspended_at = now(), suspended_reason = 'spam' WHERE id = $1`, m.ids["noa"])
	gone(token, "status")
	if waiting() != 0 {
		t.Error("an invitation of somebody suspended waits")
	}
	m.does("mei", "acceptInvitation", "POST", "/invitations/"+asked+"/accept", nil, 410)
	for _, bad := range []string{"", "x", full + "x", full[1:], "\x00"} {
		m.joins("mei", bad, 404)
	}
	good, _ := m.link(body{"role": "member"})
	m.does("aki", "updateRoom", "PATCH", m.path, body{"is_archived": true}, 200)
	m.joins("mei", good, 409)
	m.does("aki", "deleteRoom", "DELETE", m.path, nil, 204)
	m.joins("mei", good, 404)
}

func TestBadInvitationsAreRefused(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": "", "noa": room.Admin, "ren": room.Member, "out": ""})
	m.invites("aki", body{"kind": "user", "username": "mei", "role": "guest"}, 201)
	before := m.rows()
	for name, c := range map[string]struct {
		who    string
		body   body
		status int
		code   string
	}{
		"oneself":                   {"aki", body{"kind": "user", "username": "aki", "role": "guest"}, 422, "validation_failed"},
		"who is in":                 {"aki", body{"kind": "user", "username": "ren", "role": "guest"}, 409, "already_exists"},
		"who was invited":           {"aki", body{"kind": "user", "username": "mei", "role": "guest"}, 409, "already_exists"},
		"nobody":                    {"aki", body{"kind": "user", "username": "nobody", "role": "guest"}, 422, "validation_failed"},
		"no name":                   {"aki", body{"kind": "user", "role": "guest"}, 422, "validation_failed"},
		"an address":                {"aki", body{"kind": "user", "username": "mei@example.com", "role": "guest"}, 422, "validation_failed"},
		"U+0000":                    {"aki", body{"kind": "user", "username": "mei\x00", "role": "guest"}, 422, "validation_failed"},
		"as master":                 {"aki", body{"kind": "user", "username": "out", "role": "master"}, 422, "validation_failed"},
		"as nothing":                {"aki", body{"kind": "user", "username": "out", "role": "owner"}, 422, "validation_failed"},
		"above one's own role":      {"noa", body{"kind": "user", "username": "out", "role": "admin"}, 403, "forbidden"},
		"as master by an admin":     {"noa", body{"kind": "user", "username": "out", "role": "master"}, 403, "forbidden"},
		"a cap by an admin":         {"noa", body{"kind": "link", "role": "member", "monthly_cap": 1}, 403, "forbidden"},
		"by a member":               {"ren", body{"kind": "user", "username": "out", "role": "reader"}, 403, "forbidden"},
		"by an outsider":            {"out", body{"kind": "user", "username": "nobody", "role": "reader"}, 404, "not_found"},
		"no kind":                   {"aki", body{"kind": "all", "role": "reader"}, 422, "validation_failed"},
		"no use":                    {"aki", body{"kind": "link", "role": "reader", "max_uses": 0}, 422, "validation_failed"},
		"too many uses":             {"aki", body{"kind": "link", "role": "reader", "max_uses": 10001}, 422, "validation_failed"},
		"uses of a person's":        {"aki", body{"kind": "user", "username": "out", "role": "reader", "max_uses": 2}, 422, "validation_failed"},
		"no hour":                   {"aki", body{"kind": "link", "role": "reader", "expires_in_hours": 0}, 422, "validation_failed"},
		"a cap below zero":          {"aki", body{"kind": "link", "role": "reader", "monthly_cap": -1}, 422, "validation_failed"},
		"a group that is not there": {"aki", body{"kind": "group", "group_id": key(), "role": "reader"}, 422, "validation_failed"},
		"a group without an id":     {"aki", body{"kind": "group", "role": "reader"}, 422, "validation_failed"},
	} {
		if out := m.invites(c.who, c.body, c.status); out["code"] != c.code {
			t.Errorf("%s: %v, want %s", name, out, c.code)
		}
	}
	if m.rows() != before {
		t.Error("a refusal changed something")
	}
}
