package http_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

// Every operation on a room, in each of its cases, is called by somebody of each role, by an outsider and by a removed member,
// in a room as usual, an archived and a frozen one: what comes of it follows from the contract's x-right and x-closed and the
// matrix alone. One that has no wish here fails.
func TestEveryOperationKeepsToItsRight(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	tried := 0
	for name, operation := range apitest.Operations(t) {
		if !strings.Contains(operation.Path, "{roomId}") {
			continue
		}
		for which, right := range operation.Rights {
			make, there := wishes[name][which]
			if !there {
				t.Errorf("nobody tries %s, case %q", name, which)
				continue
			}
			for _, role := range roles {
				for _, state := range []string{"", "archived", "frozen"} {
					p := w.room(role, state)
					wish := make(p)
					want, code := expected(operation, room.Right(right), role, state)
					if wish.code != "" && (want < 400 || want == 409 && wish.want == 404) {
						want, code = wish.want, wish.code
					}
					what := fmt.Sprintf("%s, case %q, by %s, in a room that is %q", name, which, role, state)
					w.holds(what, operation, p.call(operation, wish), want, code)
					tried++
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d calls", tried)
	}
	for name := range wishes {
		if _, there := apitest.Operations(t)[name]; !there {
			t.Errorf("%s is tried, but not in the contract", name)
		}
	}
}

// roles are those of the walk; the last two are outside.
var roles = []string{"reader", "guest", "member", "admin", "master", "outsider", "removed"}

func expected(operation apitest.Operation, right room.Right, role, state string) (status int, code string) {
	err := room.Role(role).Check(right)
	switch {
	case !room.Role(role).Valid():
		return 404, "not_found"
	case err != nil:
		return 403, "forbidden"
	case state != "" && operation.Method != "GET" && !slices.Contains(operation.WorksIn, state):
		return 409, "room_" + state
	}
	return 200, ""
}

// walk is a server, and the people who stand in every room of it.
type walk struct {
	*optest.House
	aki, mika, mei, noa, sora id.ID
	token                     string
	rooms                     int
}

func newWalk(t *testing.T) *walk {
	w := &walk{House: optest.New(t)}
	w.aki, w.token = w.Person("aki")
	for name, v := range map[string]*id.ID{"mika": &w.mika, "mei": &w.mei, "noa": &w.noa, "sora": &w.sora} {
		*v, _ = w.Person(name)
	}
	return w
}

func (w *walk) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.DB.Exec(w.Context(), sql, args...); err != nil {
		w.Fatalf("%v\n%s", err, sql)
	}
}

func (w *walk) holds(what string, operation apitest.Operation, answer *httptest.ResponseRecorder, status int, code string) {
	w.Helper()
	apitest.CheckResponse(w, operation.ID, answer.Code, answer.Body.Bytes())
	var problem struct{ Code string }
	if answer.Code >= 400 {
		_ = json.Unmarshal(answer.Body.Bytes(), &problem)
	}
	if status < 400 && answer.Code < 400 || status == answer.Code && code == problem.Code {
		return
	}
	w.Errorf("%s: answered %d %s, want %d %s", what, answer.Code, answer.Body, status, code)
}

// plot is one room, in which aki calls. Mei is a member of it and noa an admin; mika is its master, unless aki is.
type plot struct {
	*walk
	room, master id.ID
	role         string
	// Said by aki and by mei; asked by them and answered.
	own, others, ownAsked, othersAsked id.ID
}

func (w *walk) room(role, state string) *plot {
	w.Helper()
	w.rooms++
	born := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	p := &plot{walk: w, room: id.Floor(born).Place().ID(), master: w.mika, role: role}
	if role == "master" {
		p.master = w.aki
	}
	w.exec(`INSERT INTO rooms (id, name, owner_id, ai_provider, ai_model, is_archived, frozen_at) VALUES ($1, 'Kyoto', $2, 'scripted', 'scripted', $3, $4)`,
		p.room, p.master, state == "archived", map[bool]*time.Time{true: &born}[state == "frozen"])
	w.exec(`INSERT INTO room_sequences (room_id, sequence, event, last_message_id) VALUES ($1, 6, 20, $1)`, p.room)
	w.exec(`INSERT INTO room_members (room_id, user_id, role, version) VALUES ($1, $2, 'master', 1), ($1, $3, 'member', 2), ($1, $4, 'admin', 3)`, p.room, p.master, w.mei, w.noa)
	switch {
	case role == "removed":
		w.exec(`INSERT INTO room_members (room_id, user_id, role, version, removed_at) VALUES ($1, $2, 'admin', 4, now())`, p.room, w.aki)
	case role != "master" && role != "outsider":
		w.exec(`INSERT INTO room_members (room_id, user_id, role, version) VALUES ($1, $2, $3, 4)`, p.room, w.aki, role)
	}
	place := id.Floor(born).Place()
	say := func(person id.ID, sequence int) id.ID {
		place = place.Next(born)
		v := place.ID()
		w.exec(`INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, created_at) VALUES ($1, $2, $3::bigint, $3::bigint + 4, $4, 'human', 'completed', 'hello', $5)`,
			v, p.room, sequence, person, born)
		return v
	}
	ask := func(person id.ID, sequence int) id.ID {
		question := say(person, sequence)
		place = place.After()
		answer := place.ID()
		w.exec(`INSERT INTO messages (id, room_id, sequence, event, type, status, content, answers, attempt, content_attempt, created_at)
			VALUES ($1, $2, $3::bigint, $3::bigint + 4, 'ai', 'completed', 'hi', $4, 1, 1, $5)`, answer, p.room, sequence+1, question, born)
		w.exec(`INSERT INTO ai_generations (id, message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, status, prompt_budget, reply_cap,
			weight_input, weight_output, settled_at) VALUES ($1, $2, 1, $3, $4, $5, $5, $6, 'scripted', 'scripted', 'completed', 100, 100, 1, 1, now())`,
			id.New(), answer, p.room, question, person, p.master)
		return question
	}
	p.own, p.others, p.ownAsked, p.othersAsked = say(w.aki, 1), say(w.mei, 2), ask(w.aki, 3), ask(w.mei, 5)
	w.exec(`UPDATE room_sequences SET last_message_id = $2 WHERE room_id = $1`, p.room, place.ID())
	return p
}

// wish is what is asked of an operation: what stands in its path beside the room, and the body. Where somebody whom the
// right would let do it may not for another reason, it says what they are answered.
type wish struct {
	path  map[string]any
	query string
	body  any
	want  int
	code  string
}

func (p *plot) call(operation apitest.Operation, wish wish) *httptest.ResponseRecorder {
	path := strings.ReplaceAll(operation.Path, "{roomId}", p.room.String())
	for name, v := range wish.path {
		path = strings.ReplaceAll(path, "{"+name+"}", fmt.Sprint(v))
	}
	return p.Call(p.token, operation.Method, path+wish.query, wish.body, "Idempotency-Key", key())
}

// offered offers the room to somebody; to nobody if they are the master.
func (p *plot) offered(to id.ID) {
	if to != p.master {
		p.exec(`UPDATE rooms SET offered_to = $2, offered_until = now() + interval '1 day' WHERE id = $1`, p.room, to)
	}
}

// elsewhere is another room, of aki's own.
func (p *plot) elsewhere() (v id.ID) {
	v = id.Floor(time.Now().Add(-time.Hour)).Place().ID()
	p.exec(`INSERT INTO rooms (id, name, owner_id) VALUES ($1, 'Elsewhere', $2)`, v, p.aki)
	p.exec(`INSERT INTO room_sequences (room_id, sequence, event, last_message_id) VALUES ($1, 0, 0, $1)`, v)
	p.exec(`INSERT INTO room_members (room_id, user_id, role, version) VALUES ($1, $2, 'master', 1)`, v, p.aki)
	return v
}

func reacting(p *plot) wish {
	return wish{path: map[string]any{"messageId": p.others, "emoji": "%F0%9F%91%8D"}}
}

type cases map[string]func(p *plot) wish

// plain has one case, which asks for nothing in particular.
func plain(body any) cases { return cases{"": func(*plot) wish { return wish{body: body} }} }

func messageCase(which func(p *plot) id.ID, body any) func(p *plot) wish {
	return func(p *plot) wish { return wish{path: map[string]any{"messageId": which(p)}, body: body} }
}

func person(who func(p *plot) id.ID, body any) func(p *plot) wish {
	return func(p *plot) wish { return wish{path: map[string]any{"userId": who(p)}, body: body} }
}

// unlessMaster is a wish that the master alone cannot have.
func unlessMaster(status int, code string, make func(p *plot) wish) func(p *plot) wish {
	return func(p *plot) wish {
		w := make(p)
		if p.role == "master" {
			w.want, w.code = status, code
		}
		return w
	}
}

func offer(to func(p *plot) id.ID) func(p *plot) wish {
	return func(p *plot) wish { p.offered(to(p)); return wish{} }
}

func own(p *plot) id.ID         { return p.own }
func others(p *plot) id.ID      { return p.others }
func ownAsked(p *plot) id.ID    { return p.ownAsked }
func othersAsked(p *plot) id.ID { return p.othersAsked }
func aki(p *plot) id.ID         { return p.aki }

// othersSummarised is what mei asked, answered with a summary of what was said before it.
func othersSummarised(p *plot) id.ID {
	summarise(p.House, p.room, p.own, p.others, p.othersAsked)
	return p.othersAsked
}

func mei(p *plot) id.ID { return p.mei }
func noa(p *plot) id.ID { return p.noa }

// wishes are one request for each case of each operation, which fails for nothing but a right or the room's state.
var wishes = func() map[string]cases {
	all := map[string]cases{}
	for _, part := range []map[string]cases{roomWishes, messageWishes, memberWishes, invitationWishes} {
		maps.Copy(all, part)
	}
	return all
}()

var roomWishes = map[string]cases{
	"getRoom": plain(nil), "updateRoom": plain(body{"name": "Nara"}), "deleteRoom": plain(nil), "listMembers": plain(nil),
	"forkRoom": {"": func(p *plot) wish {
		p.exec(`DELETE FROM jobs`) // nobody begins many at a time
		return wish{body: body{}}
	}},
	"exportRoom": {"": func(p *plot) wish {
		p.exec(`DELETE FROM jobs`)
		return wish{body: body{"format": "json"}}
	}},
	"listChanges": {"": func(*plot) wish { return wish{query: "?since=20"} }},
	"markRead":    {"": func(p *plot) wish { return wish{body: body{"message_id": p.own}} }},
}

var messageWishes = map[string]cases{
	"sendMessage": {
		"plain":  func(*plot) wish { return wish{body: body{"client_message_id": key(), "content": "x"}} },
		"asking": func(*plot) wish { return wish{body: body{"client_message_id": key(), "content": "x", "ai": body{}}} },
	},
	"addReaction": {"": reacting}, "removeReaction": {"": reacting},
	"forwardMessage": {"": func(p *plot) wish {
		return wish{path: map[string]any{"messageId": p.others}, body: body{"room_id": p.elsewhere()}}
	}},
	"shareMessage": {"": func(p *plot) wish {
		place := id.Floor(time.Now()).Place()
		question, answer := place.ID(), place.After().ID()
		p.exec(`INSERT INTO messages (id, room_id, event, sender_id, type, status, content, visibility, visible_to, created_at) VALUES ($1, $2, 1, $3, 'human', 'completed', 'psst', 'private', $3, now())`, question, p.room, p.aki)
		p.exec(`INSERT INTO messages (id, room_id, event, type, status, content, answers, visibility, visible_to, attempt, content_attempt, created_at)
			VALUES ($1, $2, 2, 'ai', 'completed', 'whisper', $3, 'private', $4, 1, 1, now())`, answer, p.room, question, p.aki)
		p.exec(`INSERT INTO ai_generations (id, message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, visibility, status, prompt_budget, reply_cap, weight_input, weight_output, charged_tokens, settled_at)
			VALUES ($1, $1, 1, $2, $3, $4, $4, $4, 'scripted', 'scripted', 'private', 'completed', 100, 100, 1, 1, 5, clock_timestamp())`, answer, p.room, question, p.aki)
		return wish{path: map[string]any{"messageId": question}}
	}},
	"reportMessage": {"": messageCase(others, body{"reason": "spam"})},
	"listReports":   plain(nil),
	"listAuditLog":  plain(nil),
	"resolveReport": {"": func(p *plot) wish {
		v := id.New()
		p.exec(`INSERT INTO reports (id, room_id, message_id, reporter_id, reason, snapshot) VALUES ($1, $2, $3, $4, 'spam', '{"type": "human", "content": "hello", "attempts": []}')`,
			v, p.room, p.others, p.noa)
		return wish{path: map[string]any{"reportId": v}, body: body{"resolution": "acted"}}
	}},
	"listMessages": plain(nil), "getMessage": {"": messageCase(others, nil)}, "listAttempts": {"": messageCase(othersAsked, nil)}, "getUsedSummary": {"": messageCase(othersSummarised, nil)},
	"editMessage": {
		"own": messageCase(own, body{"content": "y"}), "excluding own": messageCase(own, body{"exclude_from_ai": true}),
		"excluding others": messageCase(others, body{"exclude_from_ai": true}),
	},
	"deleteMessage":   {"own": messageCase(own, nil), "others": messageCase(others, nil)},
	"regenerateReply": {"own": messageCase(ownAsked, nil), "others": messageCase(othersAsked, nil)},
	"previewContext":  plain(body{"draft": "x"}),
	"stopReply":       {"own": messageCase(ownAsked, nil), "others": messageCase(othersAsked, nil)},
}

var memberWishes = map[string]cases{
	"updateMember": {
		"role": person(mei, body{"role": "guest"}), "role of an admin": person(noa, body{"role": "member"}), "cap": person(mei, body{"monthly_cap": 1000}),
	},
	"removeMember": {
		"leaving": unlessMaster(409, "master_must_transfer", person(aki, nil)),
		"others":  person(mei, nil), "an admin": person(noa, nil),
	},
	"updateMyMembership": plain(body{"notify": "mentions"}),
	"getSpending":        plain(nil),
	"setSpendingLimits":  plain(body{"default_member_cap": 1000, "monthly_budget": nil}),
	"setRetention":       plain(body{"days": 90}),
	"transferRoom":       {"": func(p *plot) wish { return wish{body: body{"user_id": p.mei}} }},
	"getTransfer":        {"offered": unlessMaster(404, "not_found", offer(aki)), "offering": offer(mei)},
	"acceptTransfer":     {"offered": unlessMaster(404, "not_found", offer(aki))},
	"rejectTransfer":     {"offered": unlessMaster(404, "not_found", offer(aki)), "offering": offer(mei)},
}

// invited is an invitation of sora's, as what it says.
func invited(role string) func(p *plot) wish {
	return func(p *plot) wish {
		v := id.New()
		p.exec(`INSERT INTO room_invitations (id, room_id, kind, role, invited_by, invited_user, expires_at) VALUES ($1, $2, 'user', $3, $4, $5, now() + interval '1 day')`,
			v, p.room, role, p.master, p.sora)
		return wish{path: map[string]any{"invitationId": v}}
	}
}

func inviting(b body) func(p *plot) wish { return func(*plot) wish { return wish{body: b} } }

var invitationWishes = map[string]cases{
	"createInvitation": {
		"role": inviting(body{"kind": "user", "username": "sora", "role": "guest"}), "role of an admin": inviting(body{"kind": "link", "role": "admin"}),
		"cap": inviting(body{"kind": "link", "role": "member", "monthly_cap": 1000}),
	},
	"listInvitations":  plain(nil),
	"revokeInvitation": {"role": invited("member"), "role of an admin": invited("admin")},
}
