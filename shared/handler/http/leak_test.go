package http_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

// request is one read: what stands in the path for {messageId}, the query, the body.
type request struct {
	message, query string
	body           any
}

// eye is what somebody looks with: every read of the contract, asked for everything around a private pair.
type eye struct{ question, answer, public, marker string }

// reads is how an eye uses each operation that reads.
func (e eye) reads() map[string][]request {
	one := []request{{}}
	each := []request{{message: e.question}, {message: e.answer}, {message: e.public}}
	today := time.Now().UTC().Format(time.DateOnly)
	var usage, search []request
	for _, group := range []string{"day", "room", "member", "model"} {
		usage = append(usage, request{query: "?from=" + today + "&to=" + today + "&group=" + group})
	}
	for _, b := range []body{{"query": e.marker}, {"query": e.marker, "from_ai": true}, {"query": e.marker[:4]}} {
		search = append(search, request{body: b})
	}
	return map[string][]request{
		"getMe": one, "listMyChanges": {{query: "?since=0"}}, "listRooms": one, "getRoom": one, "listMembers": one, "getSpending": one, "getTransfer": one,
		"listInvitations": one, "searchUsers": {{query: "?query=me"}}, "listBlocks": one, "listGroups": one, "listMyInvitations": one,
		"listChanges":  {{query: "?since=0"}, {query: "?since=3"}},
		"listMessages": {{}, {query: "?limit=1"}, {query: "?before=" + e.question}, {query: "?after=" + e.question}, {query: "?around=" + e.question}, {query: "?around=" + e.answer}, {query: "?after=" + e.public}},
		"getMessage":   each, "listAttempts": each, "getUsedSummary": each, "listReports": one, "listAuditLog": one, "searchMessages": search, "listModels": one, "health": one,
		"getBalance": one, "listTransactions": {{}, {query: "?format=csv"}, {query: "?limit=1"}}, "getUsage": usage, "listPlans": one, "listPayments": one,
		"previewContext": {{body: body{}}, {body: body{"visibility": "private"}}, {body: body{"draft": "hello"}}},
	}
}

// apart are the operations that read nothing that is said in a room. TestEveryOperationKeepsToItsRight calls them with every role.
var apart = strings.Fields(`registerUser logIn refreshSession logOut createRealtimeTicket createRoom updateRoom deleteRoom updateMember removeMember updateMyMembership
	setSpendingLimits setRetention transferRoom acceptTransfer rejectTransfer createInvitation revokeInvitation blockUser unblockUser createGroup updateGroup deleteGroup listGroupMembers
	addGroupMember removeGroupMember acceptInvitation rejectInvitation previewInvitationLink joinByLink markRead sendMessage editMessage deleteMessage regenerateReply stopReply
	reportMessage resolveReport addReaction removeReaction forwardMessage shareMessage forkRoom exportRoom exportMe getJob cancelJob createCheckout createPortal stripeWebhook updateMe deleteMe`)

// told is what differs between two equal requests.
var told = regexp.MustCompile(`"request_id":"[^"]*"`)

// sees is every answer to every read, by what was asked. Which pair the eye knows makes no difference to what others see.
func (m *meeting) sees(who string, e eye) map[string]string {
	m.t.Helper()
	seen := map[string]string{}
	for name, requests := range e.reads() {
		operation := apitest.Operations(m.t)[name]
		for _, r := range requests {
			path := strings.NewReplacer("{roomId}", strings.TrimPrefix(m.path, "/rooms/"), "{messageId}", r.message).Replace(operation.Path) + r.query
			w := m.Call(m.tokens[who], operation.Method, path, r.body)
			if w.Code >= 500 {
				m.t.Errorf("%s by %s: %d %s", name, who, w.Code, w.Body)
			}
			what := strings.NewReplacer(e.question, "question", e.answer, "answer").Replace(fmt.Sprint(name, " ", r))
			seen[what] = fmt.Sprint(w.Code, told.ReplaceAllString(w.Body.String(), ""))
		}
	}
	return seen
}

// Nobody but the asker learns of a private question: not by a text, an id, a count or a number of the room, before, during or
// after its answer, in any read, frame or table. Of their balance the payer sees how it stands, and nothing else until the next day.
func TestNobodyElseLearnsOfAPrivateQuestion(t *testing.T) {
	t.Parallel()
	m := newMeeting(t, map[string]room.Role{"mei": room.Member, "rin": room.Reader, "gen": room.Guest, "mio": room.Member, "ada": room.Admin, "sora": room.Outside, "exe": room.Admin})
	stage := m.Stage()
	m.does("aki", "removeMember", "DELETE", m.path+"/members/"+m.ids["exe"], nil, 204)
	m.does("aki", "transferRoom", "PATCH", m.path+"/owner", body{"user_id": m.ids["ada"]}, 200)
	public := at(m.does("aki", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "in public"}, 201), "message", "id").(string)
	viewers := []string{"aki", "rin", "gen", "mio", "ada", "sora", "exe"}
	for _, who := range append(viewers, "mei") {
		stage.Listens(who, idOf("/rooms/"+m.ids[who]), idOf(m.path))
	}
	stage.Deliver()
	m.named()

	// The eye knows the ids, which is more than anybody could. Before there is a pair, it asks for one that never was.
	e := eye{question: key(), answer: key(), public: public, marker: "zanzibarquestion"}
	before, head := map[string]map[string]string{}, m.head()
	for _, who := range viewers {
		before[who] = m.sees(who, e)
	}
	sent := m.does("mei", "sendMessage", "POST", m.path+"/messages", body{"client_message_id": key(), "content": "zanzibarquestion", "visibility": "private", "ai": body{}}, 201)
	e.question, e.answer = at(sent, "message", "id").(string), at(sent, "ai_message", "id").(string)
	marks := []string{"zanzibar", e.question, e.answer}
	look := func(when string) {
		t.Helper()
		for _, who := range viewers {
			m.same(when, who, before[who], m.sees(who, e), marks)
			if heard := hears(stage, who); slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(heard, mark) }) {
				t.Errorf("%s %s hears %s", when, who, heard)
			}
		}
	}
	look("while it waits")
	heard := map[string]int{}
	for _, who := range viewers {
		heard[who] = len(hears(stage, who))
	}
	stage.Model.Words = []string{"zanzibaranswer ", "goes ", "on"}
	during := 0
	stage.Model.Between = func() {
		if during++; during == 2 {
			look("during the answer")
		}
	}
	stage.Deliver()
	if during != 3 {
		t.Fatalf("%d words", during)
	}
	look("after the answer")
	for _, who := range viewers {
		if now := hears(stage, who); len(now) != heard[who] {
			t.Errorf("%s hears something: %s", who, now[heard[who]:])
		}
	}
	m.theAskerSees(stage, e)
	stage.Model.Between = nil
	m.does("mei", "regenerateReply", "POST", m.path+"/messages/"+e.question+"/regenerate", nil, 202)
	stage.Deliver()
	m.does("mei", "editMessage", "PATCH", m.path+"/messages/"+e.question, body{"content": "zanzibarquestion again"}, 200)
	m.does("mei", "markRead", "PUT", m.path+"/read", body{"message_id": e.answer}, 200)
	stage.Deliver()
	look("after more of it")
	if now := m.head(); now != head {
		t.Errorf("the room's head moved from %d to %d", head, now)
	}
	// Last, since whoever takes something along is written down.
	for _, who := range viewers {
		if taken := m.takes(who); slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(taken, mark) }) {
			t.Errorf("%s takes it along: %s", who, taken)
		}
	}
	if taken := m.takes("mei"); strings.Count(taken, "zanzibarquestion") < 3 || strings.Count(taken, "zanzibaranswer") < 3 {
		t.Errorf("the asker does not take it along: %s", taken)
	}
	m.theNextDay(e)
}

// hears is what somebody heard, but for how far their own exports are.
func hears(stage *optest.Stage, who string) string {
	var frames []string
	for frame := range strings.SplitSeq(stage.Heard(who), "\n") {
		if !strings.Contains(frame, `"kind":"job"`) {
			frames = append(frames, frame)
		}
	}
	return strings.Join(frames, "\n")
}

// takes is all that somebody may take along: the room in both formats, where they may, and what is kept about themselves.
func (m *meeting) takes(who string) string {
	m.t.Helper()
	all := ""
	for _, wish := range []struct {
		path string
		body any
	}{{m.path + "/exports", body{"format": "json"}}, {m.path + "/exports", body{"format": "markdown"}}, {"/me/exports", nil}} {
		w := m.Call(m.tokens[who], "POST", wish.path, wish.body, "Idempotency-Key", key())
		if w.Code != 202 {
			continue
		}
		var j struct{ ID id.ID }
		if err := json.Unmarshal(w.Body.Bytes(), &j); err != nil {
			m.t.Fatal(err)
		}
		for step := jobs.Prepare; step != jobs.Done; {
			next, err := m.Jobs.Step(m.t.Context(), step, j.ID)
			if err != nil || next == jobs.CleanUp {
				m.t.Fatal(next, err)
			}
			step = next
		}
		all += m.unpacked(j.ID)
	}
	if all == "" {
		m.t.Errorf("%s takes nothing along", who)
	}
	return all
}

// unpacked is every part of the file that a job made.
func (m *meeting) unpacked(jobID id.ID) (all string) {
	m.t.Helper()
	file, err := m.Files.Read(m.t.Context(), jobID.String()+"/export.zip")
	if err != nil {
		m.t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		m.t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			m.t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			m.t.Fatal(err)
		}
		all += string(text)
	}
	return all
}

// named fails for an operation of the contract of which nobody has said whether it reads.
func (m *meeting) named() {
	m.t.Helper()
	reads := eye{marker: "zanzibar"}.reads()
	for name := range apitest.Operations(m.t) {
		if _, read := reads[name]; !read && !slices.Contains(apart, name) {
			m.t.Errorf("nobody looks for private words in what %s answers", name)
		}
	}
}

// head is how far sockets are told that the room has come.
func (m *meeting) head() int64 {
	m.t.Helper()
	stream := event.RoomStream(idOf(m.path)).String()
	heads, err := dynamodb.Heads{Table: m.Table}.Get(m.t.Context(), []string{stream})
	if err != nil || heads[stream] == 0 {
		m.t.Fatal(heads, err)
	}
	return heads[stream]
}

func (m *meeting) same(when, who string, before, now map[string]string, marks []string) {
	m.t.Helper()
	for _, what := range slices.Sorted(maps.Keys(before)) {
		answer := now[what]
		if slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(answer, mark) }) {
			m.t.Errorf("%s %s learns by %s: %s", when, who, what, answer)
		}
		if who == "aki" && strings.HasPrefix(what, "getBalance") {
			continue // it pays
		}
		if answer != before[what] {
			m.t.Errorf("%s %s sees that %s changed:\n%s\n%s", when, who, what, before[what], answer)
		}
	}
}

// theAskerSees holds the eye against somebody who must see.
func (m *meeting) theAskerSees(stage *optest.Stage, e eye) {
	m.t.Helper()
	seen := m.sees("mei", e)
	for _, name := range []string{"listMessages", "searchMessages", "getMessage", "listAttempts", "listMyChanges"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(seen)), func(what string) bool {
			return strings.HasPrefix(what, name) && strings.Contains(seen[what], "zanzibar")
		}) {
			m.t.Errorf("the asker does not find it by %s", name)
		}
	}
	heard := hears(stage, "mei")
	for _, part := range []string{`"ai.delta"`, `"text":"zanzibaranswer `, `"stream":"user"`, `"content":"zanzibarquestion"`, `"content":"zanzibaranswer goes on"`} {
		if !strings.Contains(heard, part) {
			m.t.Errorf("the asker does not hear %s: %s", part, heard)
		}
	}
	for _, frame := range strings.Split(heard, "\n") {
		kind := "event"
		if strings.Contains(frame, `"type":"ai.delta"`) {
			kind = "delta"
		}
		apitest.CheckFrame(m.t, kind, []byte(frame))
	}
}

// theNextDay is when the payer learns that somebody asked: who, with what model and what it came to.
func (m *meeting) theNextDay(e eye) {
	m.t.Helper()
	if _, err := m.DB.Exec(m.t.Context(), `UPDATE usage_daily SET day = day - 1`); err != nil {
		m.t.Fatal(err)
	}
	yesterday := time.Now().UTC().AddDate(0, 0, -1)
	lines := decoded(m.t, m.House, m.tokens["aki"], "/billing/transactions", 200)["items"].([]any)
	found := 0
	for _, l := range lines {
		line := l.(body)
		if line["kind"] != "usage" {
			continue
		}
		found++
		if line["private"] != true || line["user_id"] != m.ids["mei"] || line["room_id"] != nil || line["model"] != "scripted" || line["amount"].(float64) >= 0 ||
			!strings.HasPrefix(line["created_at"].(string), yesterday.Format(time.DateOnly)+"T00:00:00") {
			m.t.Errorf("%v", line)
		}
	}
	if found != 1 {
		m.t.Errorf("%d lines of use: %v", found, lines)
	}
	for who := range maps.Keys(m.tokens) {
		if who == "mei" {
			continue
		}
		for what, answer := range m.sees(who, e) {
			if strings.Contains(answer, "zanzibar") || strings.Contains(answer, e.question) || strings.Contains(answer, e.answer) {
				m.t.Errorf("the next day %s learns by %s: %s", who, what, answer)
			}
		}
	}
}
