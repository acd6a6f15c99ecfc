package http_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/room"
)

func names(t *testing.T, page body) (list []string) {
	t.Helper()
	for _, item := range page["items"].([]any) {
		list = append(list, item.(body)["username"].(string))
	}
	return list
}

func TestPeopleAreFoundByTheBeginningOfTheirName(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei_1": "", "mei-2": "", "meixx": "", "noa": ""})
	if _, err := m.DB.Exec(t.Context(), `UPDATE users SET suspended_at = now(), suspended_reason = 'spam' WHERE username = 'meixx'`); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"me": "[mei-2 mei_1]", "MEI": "[mei-2 mei_1]", "mei_": "[mei_1]", "ei": "[]", "%%": "[]", "__": "[]", `\\`: "[]",
		"noa@example.com": "[]", "no": "[noa]", "a\x00": "[]", "' OR 1=1 --": "[]"} {
		if got := fmt.Sprint(names(t, m.does("aki", "searchUsers", "GET", "/users?query="+url.QueryEscape(query), nil, 200))); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"", "m", "123456789012345678901234567890123"} {
		m.does("aki", "searchUsers", "GET", "/users?query="+query, nil, 400)
	}
}

func TestAWholeGroupIsInvitedWithAnOutcomeForEach(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": "", "noa": "", "ren": room.Member, "sora": "", "yui": ""})
	g := m.does("aki", "createGroup", "POST", "/groups", body{"name": "Band"}, 201)["id"].(string)
	path := "/groups/" + g
	for _, name := range []string{"mei", "noa", "ren", "sora", "yui", "yui"} {
		m.does("aki", "addGroupMember", "PUT", path+"/members/"+m.ids[name], nil, 204)
	}
	m.does("sora", "blockUser", "PUT", "/me/blocks/"+m.ids["aki"], nil, 204)
	if _, err := m.DB.Exec(t.Context(), `UPDATE users SET suspended_at = now(), suspended_reason = 'spam' WHERE username = 'yui'`); err != nil {
		t.Fatal(err)
	}
	m.invites("aki", body{"kind": "user", "username": "noa", "role": "guest"}, 201)
	outcomes := func(b body) map[string]string {
		all := map[string]string{}
		for _, item := range b["items"].([]any) {
			all[at(item.(body), "user", "username").(string)] = item.(body)["outcome"].(string)
		}
		return all
	}
	value, wish := key(), body{"kind": "group", "group_id": g, "role": "member"}
	call := func(status int) map[string]string {
		return outcomes(answers(t, "createInvitation", m.Call(m.tokens["aki"], "POST", m.path+"/invitations", wish, "Idempotency-Key", value), status))
	}
	want := map[string]string{"mei": "invited", "noa": "already_invited", "ren": "already_in", "sora": "cannot_be_invited", "yui": "cannot_be_invited"}
	if got := call(201); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatal(got)
	}
	before := m.rows()
	if got := call(200); got["mei"] != "invited" || m.rows() != before {
		t.Fatal(got)
	}
	// By name it is the same.
	if out := m.invites("aki", body{"kind": "user", "username": "sora", "role": "guest"}, 409); out["code"] != "conflict" {
		t.Fatal(out)
	}
	m.does("sora", "unblockUser", "DELETE", "/me/blocks/"+m.ids["aki"], nil, 204)
	m.invites("aki", body{"kind": "user", "username": "sora", "role": "guest"}, 201)
}

func TestAGroupIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": "", "noa": ""})
	path := "/groups/" + m.does("aki", "createGroup", "POST", "/groups", body{"name": "Band"}, 201)["id"].(string)
	m.does("aki", "addGroupMember", "PUT", path+"/members/"+m.ids["mei"], nil, 204)
	for _, who := range []string{"mei", "noa"} {
		m.does(who, "updateGroup", "PATCH", path, body{"name": "x"}, 404)
		m.does(who, "deleteGroup", "DELETE", path, nil, 404)
		m.does(who, "listGroupMembers", "GET", path+"/members", nil, 404)
		m.does(who, "addGroupMember", "PUT", path+"/members/"+m.ids["noa"], nil, 404)
		m.does(who, "removeGroupMember", "DELETE", path+"/members/"+m.ids["mei"], nil, 404)
		if list := m.does(who, "listGroups", "GET", "/groups", nil, 200)["items"].([]any); len(list) != 0 {
			t.Error(list)
		}
	}
	m.does("aki", "createGroup", "POST", "/groups", body{"name": " "}, 422)
	m.does("aki", "updateGroup", "PATCH", path, body{"name": ""}, 422)
	m.does("aki", "addGroupMember", "PUT", path+"/members/"+m.ids["aki"], nil, 422)
	m.does("aki", "addGroupMember", "PUT", path+"/members/"+key(), nil, 404)
	m.does("aki", "removeGroupMember", "DELETE", path+"/members/"+m.ids["noa"], nil, 404)
	if g := m.does("aki", "updateGroup", "PATCH", path, body{"name": "Choir"}, 200); g["name"] != "Choir" || g["member_count"] != 1.0 {
		t.Fatal(g)
	}
	if list := names(t, m.does("aki", "listGroupMembers", "GET", path+"/members", nil, 200)); fmt.Sprint(list) != "[mei]" {
		t.Fatal(list)
	}
	m.does("aki", "removeGroupMember", "DELETE", path+"/members/"+m.ids["mei"], nil, 204)
	m.does("aki", "deleteGroup", "DELETE", path, nil, 204)
	m.does("aki", "deleteGroup", "DELETE", path, nil, 404)
}

func TestBlocking(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": ""})
	m.does("aki", "blockUser", "PUT", "/me/blocks/"+m.ids["aki"], nil, 422)
	m.does("aki", "blockUser", "PUT", "/me/blocks/"+key(), nil, 404)
	m.does("aki", "unblockUser", "DELETE", "/me/blocks/"+m.ids["mei"], nil, 404)
	m.does("aki", "blockUser", "PUT", "/me/blocks/"+m.ids["mei"], nil, 204)
	m.does("aki", "blockUser", "PUT", "/me/blocks/"+m.ids["mei"], nil, 204)
	if list := names(t, m.does("aki", "listBlocks", "GET", "/me/blocks", nil, 200)); fmt.Sprint(list) != "[mei]" {
		t.Fatal(list)
	}
	m.does("aki", "unblockUser", "DELETE", "/me/blocks/"+m.ids["mei"], nil, 204)
}

func TestMembersAreFoundByTheBeginningOfTheirNames(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member, "mei-chan": room.Reader, "ken": room.Guest})
	if _, err := m.DB.Exec(t.Context(), `UPDATE users SET display_name = 'Ｍeister 50%_' WHERE username = 'ken'`); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"": "aki ken mei mei-chan", "mei": "mei mei-chan", "MEI-": "mei-chan", "ei": "", "%25": "", "_": "", url.QueryEscape("Ｍ"): "ken"} {
		path := m.path + "/members"
		if query != "" {
			path += "?name=" + query
		}
		page := m.does("aki", "listMembers", "GET", path, nil, 200)
		var names []string
		for _, one := range page["items"].([]any) {
			names = append(names, at(one.(body), "user", "username").(string))
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want || page["total"] != 4.0 {
			t.Errorf("%q: %q of %v, want %q", query, got, page["total"], want)
		}
	}
	for _, bad := range []string{"", "%00", "%ff", strings.Repeat("x", 65), "a&name=b"} {
		m.does("aki", "listMembers", "GET", m.path+"/members?name="+bad, nil, 400)
	}
}

func TestTheFirstFiveWhoReactedAreNamed(t *testing.T) {
	t.Parallel()
	people := map[string]room.Role{}
	names := []string{"p-1", "p-2", "p-3", "p-4", "p-5", "p-6"}
	for _, name := range names {
		people[name] = room.Member
	}
	m := newMeeting(t, people)
	said := at(m.does("aki", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "hello"}, 201), "message", "id").(string)
	path := m.path + "/messages/" + said
	users := func(b body) (list []string) {
		for _, v := range b["reactions"].([]any)[0].(body)["users"].([]any) {
			list = append(list, v.(string))
		}
		return list
	}
	var want []string
	for n, name := range names {
		answer := m.does(name, "addReaction", "PUT", path+"/reactions/"+url.PathEscape("👍"), nil, 200)
		if n < 5 {
			want = append(want, m.ids[name])
		}
		if !slices.Equal(users(answer), want) {
			t.Fatalf("%v, want %v", users(answer), want)
		}
	}
	m.does("p-2", "removeReaction", "DELETE", path+"/reactions/"+url.PathEscape("👍"), nil, 200)
	want = []string{m.ids["p-1"], m.ids["p-3"], m.ids["p-4"], m.ids["p-5"], m.ids["p-6"]}
	if got := users(m.does("aki", "getMessage", "GET", path, nil, 200)); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
}
