package http_test

import (
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/room"
)

func TestAReportKeepsTheMessageAsItWas(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Reader, "noa": room.Admin, "ren": room.Member, "out": ""})
	sent := m.does("ren", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "rude", "ai": body{}}, 201)
	said, answer := m.path+"/messages/"+at(sent, "message", "id").(string), m.path+"/messages/"+at(sent, "ai_message", "id").(string)
	for range 2 { // once for each person and message
		m.does("mei", "reportMessage", "POST", said+"/reports", body{"reason": "harassment", "note": "look"}, 204)
	}
	m.does("mei", "reportMessage", "POST", answer+"/reports", body{"reason": "other"}, 204)
	m.does("noa", "deleteMessage", "DELETE", said, nil, 204)
	if gone := m.does("mei", "getMessage", "GET", said, nil, 200); gone["deleted_by"] != "admin" || gone["content"] != "" {
		t.Fatal(gone)
	}
	m.does("mei", "reportMessage", "POST", said+"/reports", body{"reason": "spam"}, 404)
	list := m.does("noa", "listReports", "GET", m.path+"/reports", nil, 200)["items"].([]any)
	if len(list) != 2 {
		t.Fatal(list)
	}
	ofAnswer, ofSaid := list[0].(body), list[1].(body)
	if at(ofSaid, "message", "content") != "rude" || at(ofSaid, "message", "sender_id") != m.ids["ren"] || at(ofSaid, "reporter", "username") != "mei" || ofSaid["note"] != "look" {
		t.Fatal(ofSaid)
	}
	if attempts := at(ofAnswer, "message", "attempts").([]any); len(attempts) != 1 || at(ofAnswer, "message", "type") != "ai" || at(ofAnswer, "message", "sender_id") != nil {
		t.Fatal(ofAnswer)
	}
	report := m.path + "/reports/" + ofSaid["id"].(string)
	m.does("noa", "resolveReport", "PATCH", report, body{"resolution": "ignored"}, 422)
	for range 2 {
		if r := m.does("noa", "resolveReport", "PATCH", report, body{"resolution": "acted"}, 200); r["resolution"] != "acted" || r["resolved_by"] != m.ids["noa"] {
			t.Fatal(r)
		}
	}
	m.does("aki", "resolveReport", "PATCH", report, body{"resolution": "dismissed"}, 409)
	m.does("noa", "resolveReport", "PATCH", m.path+"/reports/"+key(), body{"resolution": "acted"}, 404)
	m.does("mei", "reportMessage", "POST", answer+"/reports", body{"reason": "boring"}, 422)
	m.does("mei", "reportMessage", "POST", answer+"/reports", body{"reason": "spam", "note": strings.Repeat("語", 1001)}, 422)
	m.does("out", "reportMessage", "POST", answer+"/reports", body{"reason": "boring"}, 404)
}

func TestWhoDeletedAMessage(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"ren": room.Member})
	sent := m.does("ren", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "x"}, 201)
	said := m.path + "/messages/" + at(sent, "message", "id").(string)
	if _, told := m.does("ren", "getMessage", "GET", said, nil, 200)["deleted_by"]; told {
		t.Fatal("a message that stands was deleted by somebody")
	}
	m.does("ren", "deleteMessage", "DELETE", said, nil, 204)
	if gone := m.does("aki", "getMessage", "GET", said, nil, 200); gone["deleted_by"] != "author" {
		t.Fatal(gone)
	}
}

func TestAFrozenRoomStandsStill(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"ren": room.Member})
	asked := m.does("ren", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "x", "ai": body{}}, 201)
	for range 2 {
		if err := m.Rooms.Freeze(t.Context(), idOf(m.path), true); err != nil {
			t.Fatal(err)
		}
	}
	if r := m.does("ren", "getRoom", "GET", m.path, nil, 200); r["is_frozen"] != true {
		t.Fatal(r)
	}
	answer := m.does("ren", "getMessage", "GET", m.path+"/messages/"+at(asked, "ai_message", "id").(string), nil, 200)
	if answer["status"] != "cancelled" {
		t.Fatal(answer)
	}
	if out := m.does("aki", "updateRoom", "PATCH", m.path, body{"is_archived": false}, 409); out["code"] != "room_frozen" {
		t.Fatal(out)
	}
	if err := m.Rooms.Freeze(t.Context(), idOf(m.path), false); err != nil {
		t.Fatal(err)
	}
	m.does("ren", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "x"}, 201)
}
