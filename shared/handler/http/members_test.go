package http_test

import (
	"sync"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/room"
)

func TestMembersAreManagedByThoseWhoMay(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member, "noa": room.Admin, "out": ""})
	before := m.rows()
	member := func(name string) string { return m.path + "/members/" + m.ids[name] }
	for name, c := range map[string]struct {
		who, operation, method, path string
		body                         body
		status                       int
		code                         string
	}{
		"a second master":             {"aki", "updateMember", "PATCH", member("mei"), body{"role": "master"}, 422, "validation_failed"},
		"no such role":                {"aki", "updateMember", "PATCH", member("mei"), body{"role": "king"}, 422, "validation_failed"},
		"nothing":                     {"aki", "updateMember", "PATCH", member("mei"), body{}, 422, "validation_failed"},
		"the master steps down":       {"aki", "updateMember", "PATCH", member("aki"), body{"role": "admin"}, 409, "master_must_transfer"},
		"an admin demotes the master": {"noa", "updateMember", "PATCH", member("aki"), body{"role": "reader"}, 403, "forbidden"},
		"an admin makes an admin":     {"noa", "updateMember", "PATCH", member("mei"), body{"role": "admin"}, 403, "forbidden"},
		"an outsider's role":          {"aki", "updateMember", "PATCH", member("out"), body{"role": "guest"}, 404, "not_found"},
		"a negative cap":              {"aki", "updateMember", "PATCH", member("mei"), body{"monthly_cap": -1}, 422, "validation_failed"},
		"the master leaves":           {"aki", "removeMember", "DELETE", member("aki"), nil, 409, "master_must_transfer"},
		"an admin removes the master": {"noa", "removeMember", "DELETE", member("aki"), nil, 403, "forbidden"},
		"an outsider is removed":      {"aki", "removeMember", "DELETE", member("out"), nil, 404, "not_found"},
		"offered to an outsider":      {"aki", "transferRoom", "PATCH", m.path + "/owner", body{"user_id": m.ids["out"]}, 422, "validation_failed"},
		"offered to oneself":          {"aki", "transferRoom", "PATCH", m.path + "/owner", body{"user_id": m.ids["aki"]}, 422, "validation_failed"},
		"no offer":                    {"mei", "acceptTransfer", "POST", m.path + "/transfer/accept", nil, 404, "not_found"},
		"no such level":               {"mei", "updateMyMembership", "PATCH", m.path + "/me", body{"notify": "some"}, 422, "validation_failed"},
	} {
		var b any
		if c.body != nil {
			b = c.body
		}
		if out := m.does(c.who, c.operation, c.method, c.path, b, c.status); out["code"] != c.code {
			t.Errorf("%s: %v, want %s", name, out, c.code)
		}
	}
	if m.rows() != before {
		t.Error("a refusal changed something")
	}
}

func TestARoomIsTakenOverByWhoSaysYes(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member, "noa": room.Admin})
	transfer := m.path + "/transfer"
	if r := m.does("aki", "transferRoom", "PATCH", m.path+"/owner", body{"user_id": m.ids["mei"]}, 200); r["offered_to"] != m.ids["mei"] || r["owner_id"] != m.ids["aki"] {
		t.Fatal(r)
	}
	if out := m.does("noa", "acceptTransfer", "POST", transfer+"/accept", nil, 403); out["code"] != "forbidden" {
		t.Fatal(out)
	}
	offer := m.does("mei", "getTransfer", "GET", transfer, nil, 200)
	if offer["may_ask"] != 3.0 || offer["charged_tokens"] != 0.0 || offer["offered_by"] != m.ids["aki"] {
		t.Fatal(offer)
	}
	m.does("mei", "rejectTransfer", "POST", transfer+"/reject", nil, 204)
	m.does("mei", "acceptTransfer", "POST", transfer+"/accept", nil, 404)
	m.does("aki", "transferRoom", "PATCH", m.path+"/owner", body{"user_id": m.ids["mei"]}, 200)
	// Who leaves cannot take it later.
	m.does("mei", "removeMember", "DELETE", m.path+"/members/"+m.ids["mei"], nil, 204)
	m.Joins(idOf(m.path), "mei", room.Member)
	m.does("mei", "acceptTransfer", "POST", transfer+"/accept", nil, 404)
	m.does("aki", "transferRoom", "PATCH", m.path+"/owner", body{"user_id": m.ids["mei"]}, 200)
	if r := m.does("mei", "acceptTransfer", "POST", transfer+"/accept", nil, 200); r["role"] != "master" || r["owner_id"] != m.ids["mei"] || r["offered_to"] != nil {
		t.Fatal(r)
	}
	if r := m.does("aki", "getRoom", "GET", m.path, nil, 200); r["role"] != "admin" {
		t.Fatal(r)
	}
	m.does("aki", "removeMember", "DELETE", m.path+"/members/"+m.ids["aki"], nil, 204)
	m.does("aki", "getRoom", "GET", m.path, nil, 404)
}

// Whatever comes first, the other sees it: no change of a role brings a removed person back.
func TestRoleAndRemovalRace(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member, "noa": room.Admin})
	path := m.path + "/members/" + m.ids["mei"]
	for range 10 {
		m.Joins(idOf(m.path), "mei", room.Member)
		var wait sync.WaitGroup
		codes := make([]int, 2)
		wait.Go(func() { codes[0] = m.Call(m.tokens["aki"], "PATCH", path, body{"role": "guest"}).Code })
		wait.Go(func() { codes[1] = m.Call(m.tokens["noa"], "DELETE", path, nil).Code })
		wait.Wait()
		if codes[1] != 204 || codes[0] != 200 && codes[0] != 404 {
			t.Fatal(codes)
		}
		m.does("mei", "getRoom", "GET", m.path, nil, 404)
	}
}
