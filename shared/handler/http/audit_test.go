package http_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/room"
)

func TestTheAuditLogTellsTheAdminsWhoDidWhat(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Guest, "noa": room.Admin, "ren": room.Member, "out": ""})
	m.invites("noa", body{"kind": "link", "role": "reader"}, 201)
	m.does("noa", "updateMember", "PATCH", m.path+"/members/"+m.ids["mei"], body{"role": "member"}, 200)
	m.does("noa", "updateMember", "PATCH", m.path+"/members/"+m.ids["mei"], body{"role": "member"}, 200) // changes nothing
	m.does("noa", "removeMember", "DELETE", m.path+"/members/"+m.ids["mei"], nil, 204)
	sent := m.does("ren", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "rude"}, 201)
	m.does("ren", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "quietly", "visibility": "private", "ai": body{}}, 201)
	m.does("noa", "deleteMessage", "DELETE", m.path+"/messages/"+at(sent, "message", "id").(string), nil, 204)
	m.does("ren", "removeMember", "DELETE", m.path+"/members/"+m.ids["ren"], nil, 204)
	m.does("aki", "transferRoom", "PATCH", m.path+"/owner", body{"user_id": m.ids["noa"]}, 200)
	m.does("noa", "acceptTransfer", "POST", m.path+"/transfer/accept", nil, 200)

	type line struct{ act, who, whom string }
	var lines []line
	var details []any
	path := m.path + "/audit?limit=3"
	for path != "" {
		page := m.does("noa", "listAuditLog", "GET", path, nil, 200)
		for _, item := range page["items"].([]any) {
			e := item.(body)
			l := line{act: e["act"].(string)}
			if e["actor"] != nil {
				l.who = at(e, "actor", "username").(string)
			}
			if e["subject"] != nil {
				l.whom = at(e, "subject", "username").(string)
			}
			lines, details = append(lines, l), append(details, e["details"])
			if _, told := e["address"]; told {
				t.Error("the log tells where somebody was")
			}
		}
		path = ""
		if next, more := page["next_cursor"].(string); more {
			path = m.path + "/audit?limit=3&cursor=" + next
		}
	}
	slices.Reverse(lines)
	// Three came in at once, in any order.
	slices.SortFunc(lines[2:5], func(a, b line) int { return strings.Compare(a.who, b.who) })
	slices.Reverse(details)
	want := []line{{"room.created", "aki", ""}, {"member.added", "aki", "aki"}, {"member.added", "mei", "mei"}, {"member.added", "noa", "noa"}, {"member.added", "ren", "ren"}, {"invitation.created", "noa", ""}, {"member.changed", "noa", "mei"}, {"member.removed", "noa", "mei"},
		{"message.removed", "noa", ""}, {"member.left", "ren", "ren"}, {"owner.offered", "aki", "noa"}, {"member.changed", "noa", "aki"}, {"member.changed", "noa", "noa"}, {"owner.changed", "noa", "noa"}}
	if !slices.Equal(lines, want) {
		t.Fatalf("%v", lines)
	}
	if d := details[6].(body); d["role"] != "member" || d["role_before"] != "guest" {
		t.Error(d)
	}
	if d := details[11].(body); d["role"] != "admin" || d["role_before"] != "master" {
		t.Error(d)
	}
	m.does("mei", "listAuditLog", "GET", m.path+"/audit", nil, 404)
	var unaddressed int
	if err := m.DB.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE room_id = $1 AND address = '' AND act <> 'member.added'`, idOf(m.path)).Scan(&unaddressed); err != nil || unaddressed != 0 {
		t.Errorf("%d lines do not know where they come from: %v", unaddressed, err)
	}
}
