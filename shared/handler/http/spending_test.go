package http_test

import (
	"testing"

	"github.com/yoriai/yoriai/shared/domain/room"
)

// limited is a room of aki's with mei in it, who asks.
func limited(t *testing.T) (m *meeting, asks func(who string, status int) body) {
	t.Helper()
	m = newMeeting(t, map[string]room.Role{"mei": room.Member, "ren": room.Member})
	return m, func(who string, status int) body {
		t.Helper()
		var stored int
		count := func() (n int) {
			if err := m.DB.QueryRow(t.Context(), `SELECT count(*) FROM messages`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		stored = count()
		out := m.does(who, "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "hello", "ai": body{}}, status)
		if status >= 400 && count() != stored {
			t.Fatal("a refused question was stored")
		}
		return out
	}
}

func (m *meeting) spending(who string) body {
	m.t.Helper()
	return m.does(who, "getSpending", "GET", m.path+"/spending", nil, 200)
}

func (m *meeting) limits(memberCap, budget any, status int) body {
	m.t.Helper()
	return m.does("aki", "setSpendingLimits", "PUT", m.path+"/spending", body{"default_member_cap": memberCap, "monthly_budget": budget}, status)
}

func TestAMembersOwnCapIsMet(t *testing.T) {
	t.Parallel()
	m, asks := limited(t)
	if s := m.spending("mei"); s["payer_id"] != m.ids["aki"] || s["spent"] != 0.0 || s["monthly_cap"] != nil || s["left"] != nil || s["limits"] != nil {
		t.Fatal(s)
	}
	m.does("aki", "updateMember", "PATCH", m.path+"/members/"+m.ids["mei"], body{"monthly_cap": 10}, 200)
	if out := asks("mei", 402); out["code"] != "cap_reached" {
		t.Fatal(out)
	}
	asks("ren", 201) // whom it does not bind
	asks("aki", 201)
	m.does("aki", "updateMember", "PATCH", m.path+"/members/"+m.ids["mei"], body{"monthly_cap": 1_000_000}, 200)
	asks("mei", 201)
	// What is held counts as spent.
	s := m.spending("mei")
	if spent := s["spent"].(float64); spent <= 0 || s["monthly_cap"] != 1_000_000.0 || s["left"] != 1_000_000-spent {
		t.Fatal(s)
	}
	// A cap below what was spent leaves nothing, not less.
	m.does("aki", "updateMember", "PATCH", m.path+"/members/"+m.ids["mei"], body{"monthly_cap": 1}, 200)
	if s = m.spending("mei"); s["left"] != 0.0 {
		t.Fatal(s)
	}
}

func TestARoomsCapBindsThoseWithoutTheirOwn(t *testing.T) {
	t.Parallel()
	m, asks := limited(t)
	m.does("aki", "updateMember", "PATCH", m.path+"/members/"+m.ids["ren"], body{"monthly_cap": 1_000_000}, 200)
	m.limits(10, nil, 200)
	if out := asks("mei", 402); out["code"] != "cap_reached" {
		t.Fatal(out)
	}
	asks("ren", 201)
	asks("aki", 201) // nobody's cap binds the one who pays
	if s := m.spending("aki"); s["monthly_cap"] != nil || at(s, "limits", "default_member_cap") != 10.0 || at(s, "limits", "monthly_budget") != nil {
		t.Fatal(s)
	}
	if s := m.spending("mei"); s["monthly_cap"] != 10.0 || s["left"] != 10.0 || s["limits"] != nil {
		t.Fatal(s)
	}
	m.limits(nil, nil, 200)
	asks("mei", 201)
}

func TestABudgetBindsTheWholeRoom(t *testing.T) {
	t.Parallel()
	m, asks := limited(t)
	m.limits(nil, 10, 200)
	for _, who := range []string{"mei", "aki"} {
		if out := asks(who, 402); out["code"] != "cap_reached" {
			t.Fatal(out)
		}
	}
	// What another member was promised is gone for everybody.
	m.limits(nil, nil, 200)
	asks("ren", 201)
	held := m.spending("ren")["spent"].(float64)
	m.limits(nil, held+10, 200)
	if out := asks("mei", 402); out["code"] != "cap_reached" {
		t.Fatal(out)
	}
	m.limits(nil, 1_000_000, 200)
	asks("mei", 201)
}

func TestARoomIsMadeWithACapForItsMembers(t *testing.T) {
	t.Parallel()
	m, _ := limited(t)
	made := m.does("aki", "createRoom", "POST", "/rooms", body{"name": "Nara", "default_member_cap": 10}, 201)
	m.path = "/rooms/" + made["id"].(string)
	m.Joins(idOf(m.path), "mei", room.Member)
	if s := m.spending("mei"); s["monthly_cap"] != 10.0 {
		t.Fatal(s)
	}
}

func TestLimitsThatAreRefusedChangeNothing(t *testing.T) {
	t.Parallel()
	m, _ := limited(t)
	m.limits(7, 8, 200)
	for _, b := range []body{
		{}, {"default_member_cap": 1}, {"monthly_budget": 1}, {"default_member_cap": -1, "monthly_budget": nil},
		{"default_member_cap": nil, "monthly_budget": 1_000_000_000_000_001},
	} {
		m.does("aki", "setSpendingLimits", "PUT", m.path+"/spending", b, 422)
	}
	m.does("aki", "setSpendingLimits", "PUT", m.path+"/spending", body{"default_member_cap": "1", "monthly_budget": 1.5}, 400)
	m.does("mei", "setSpendingLimits", "PUT", m.path+"/spending", body{"default_member_cap": nil, "monthly_budget": nil}, 403)
	m.does("aki", "createRoom", "POST", "/rooms", body{"name": "Nara", "default_member_cap": -1}, 422)
	if s := m.spending("aki"); at(s, "limits", "default_member_cap") != 7.0 || at(s, "limits", "monthly_budget") != 8.0 {
		t.Fatal(s)
	}
}
