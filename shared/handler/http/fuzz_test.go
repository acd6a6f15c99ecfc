package http_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

// What the fuzzer sends it makes from the contract: what the contract allows must not be refused for its form, what it
// forbids must not be accepted, and every answer must be one that it names.
func TestTheContractUnderAFuzzer(t *testing.T) {
	arguments := os.Getenv("YORIAI_FUZZER")
	if arguments == "" {
		t.Skip("needs the fuzzer: make test-fuzz")
	}
	h := optest.New(t)
	seen := tally{house: h, answers: map[string]map[int]int{}, paths: map[string]*regexp.Regexp{}}
	for name, operation := range apitest.Operations(t) {
		path := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(operation.Path, "[^/]+")
		seen.answers[name], seen.paths[name] = map[int]int{}, regexp.MustCompile("^"+operation.Method+" /api"+path+"$")
	}
	server := httptest.NewServer(&seen)
	defer server.Close()
	world := fuzzedWorld(t, h)
	world["url"] = server.URL + "/api"
	told, err := json.Marshal(world)
	if err != nil {
		t.Fatal(err)
	}
	words := append(strings.Split(arguments, "\n"), "--url", server.URL+"/api")
	fuzzer := exec.CommandContext(t.Context(), words[0], words[1:]...) //nolint:gosec // What the script names.
	fuzzer.Env = append(os.Environ(), "YORIAI_FUZZ_WORLD="+string(told))
	fuzzer.Dir = os.Getenv("YORIAI_FUZZ_DIR")
	fuzzer.Stdout, fuzzer.Stderr = os.Stdout, os.Stderr
	if err := fuzzer.Run(); err != nil {
		t.Errorf("the fuzzer found something: %v", err)
	}
	// A run that is refused everything would prove nothing.
	for name, answers := range seen.answers {
		if answers[2] == 0 {
			t.Errorf("%s was answered %v by hundreds", name, answers)
		}
	}
}

// tally counts answers by operation and hundred.
type tally struct {
	house   *optest.House
	paths   map[string]*regexp.Regexp
	mu      sync.Mutex
	answers map[string]map[int]int
}

type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader notes what is answered.
func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// ServeHTTP passes on, and counts.
func (c *tally) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.Method + " " + r.URL.Path // before the frame cuts the stage off
	answer := &status{ResponseWriter: w, code: http.StatusOK}
	c.house.Server.ServeHTTP(answer, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, path := range c.paths {
		if path.MatchString(call) {
			c.answers[name][answer.code/100]++
		}
	}
}

// fuzzedWorld is somebody with rooms that hold a question and its answer, with people, groups and invitations, and what each
// operation ends, as often as it may be tried.
func fuzzedWorld(t *testing.T, h *optest.House) map[string]any {
	t.Helper()
	type params map[string]string
	aki, token := h.Person("aki")
	mei, hers := h.Person("mei")
	call := func(token, operation, method, path string, wish any, status int) body {
		t.Helper()
		return answers(t, operation, h.Call(token, method, path, wish, "Idempotency-Key", key()), status)
	}
	roomOf := func(token, other string) params {
		r := call(token, "createRoom", "POST", "/rooms", body{"name": "Kyoto", "ai_provider": "scripted", "ai_model": "scripted"}, 201)
		roomID, _ := id.Parse(r["id"].(string))
		h.Joins(roomID, other, room.Member)
		path := "/rooms/" + roomID.String()
		sent := call(token, "sendMessage", "POST", path+"/messages", body{"client_message_id": key(), "content": "x", "ai": body{}}, 201)
		question := at(sent, "message", "id").(string)
		call(token, "stopReply", "POST", path+"/messages/"+question+"/stop", nil, 200)
		asked, _ := id.Parse(question)
		summarise(h, roomID, roomID, roomID, asked) // of what was said before anything was
		return params{"roomId": roomID.String(), "messageId": question, "emoji": "👍"}
	}
	stage := h.Stage()
	whispered := func(token, roomID string) string {
		sent := call(token, "sendMessage", "POST", "/rooms/"+roomID+"/messages", body{"client_message_id": key(), "content": "psst", "visibility": "private", "ai": body{}}, 201)
		stage.Deliver()
		return at(sent, "message", "id").(string)
	}
	group := func() string {
		return call(token, "createGroup", "POST", "/groups", body{"name": "Family"}, 201)["id"].(string)
	}
	family := group()
	var rooms []params
	spare := map[string][]params{}
	for range 5 {
		known, gone, theirs := roomOf(token, "mei"), roomOf(token, "mei"), roomOf(hers, "aki")
		known["userId"], known["groupId"] = mei.String(), family
		copied := call(hers, "forkRoom", "POST", "/rooms/"+known["roomId"]+"/forks", body{}, 202)["id"].(string)
		known["jobId"] = copied
		spare["cancelJob"] = append(spare["cancelJob"], params{"jobId": copied})
		rooms = append(rooms, known)
		path := "/rooms/" + gone["roomId"]
		offer := roomOf(token, "mei")
		call(token, "transferRoom", "PATCH", "/rooms/"+offer["roomId"]+"/owner", body{"user_id": mei.String()}, 200)
		spare["getTransfer"] = append(spare["getTransfer"], params{"roomId": offer["roomId"]})
		spare["deleteRoom"] = append(spare["deleteRoom"], params{"roomId": roomOf(token, "mei")["roomId"]})
		spare["deleteMessage"] = append(spare["deleteMessage"], params{"roomId": gone["roomId"], "messageId": gone["messageId"]})
		spare["shareMessage"] = append(spare["shareMessage"], params{"roomId": gone["roomId"], "messageId": whispered(token, gone["roomId"])})
		spare["removeMember"] = append(spare["removeMember"], params{"roomId": gone["roomId"], "userId": mei.String()})
		spare["deleteGroup"] = append(spare["deleteGroup"], params{"groupId": group()})
		link := call(token, "createInvitation", "POST", path+"/invitations", body{"kind": "link", "role": "guest"}, 201)
		spare["revokeInvitation"] = append(spare["revokeInvitation"], params{"roomId": gone["roomId"], "invitationId": link["id"].(string)})
		call(hers, "reportMessage", "POST", path+"/messages/"+gone["messageId"]+"/reports", body{"reason": "spam"}, 204)
		report := call(token, "listReports", "GET", path+"/reports", nil, 200)["items"].([]any)[0].(body)["id"].(string)
		spare["resolveReport"] = append(spare["resolveReport"], params{"roomId": gone["roomId"], "reportId": report})
		for _, operation := range []string{"acceptInvitation", "rejectInvitation"} {
			other := call(hers, "createRoom", "POST", "/rooms", body{"name": "Nara"}, 201)["id"].(string)
			made := call(hers, "createInvitation", "POST", "/rooms/"+other+"/invitations", body{"kind": "user", "role": "guest", "username": "aki"}, 201)
			spare[operation] = append(spare[operation], params{"invitationId": made["id"].(string)})
		}
		for _, operation := range []string{"acceptTransfer", "rejectTransfer"} {
			offered := theirs
			if operation == "rejectTransfer" {
				offered = roomOf(hers, "aki")
			}
			call(hers, "transferRoom", "PATCH", "/rooms/"+offered["roomId"]+"/owner", body{"user_id": aki.String()}, 200)
			spare[operation] = append(spare[operation], params{"roomId": offered["roomId"]})
		}
	}
	link := call(hers, "createInvitation", "POST", "/rooms/"+roomOf(hers, "aki")["roomId"]+"/invitations", body{"kind": "link", "role": "guest"}, 201)
	_, secret, _ := strings.Cut(link["url"].(string), "#")
	return map[string]any{"token": token, "rooms": rooms, "spare": spare, "link_token": secret, "webhook_secret": h.Stripe.Secret,
		"offers": []string{"pack_small", "plan_standard", "nothing"}, "event": paidPack(h, call(token, "createCheckout", "POST", "/billing/checkout", body{"offer": "pack_small"}, 201))}
}

// paidPack pays for a pack and gives what Stripe tells of it.
func paidPack(h *optest.House, page body) any {
	h.Stripe.Pay(page["url"].(string), "pay")
	return h.Stripe.Read("/v1/events?types[]=checkout.session.completed")["data"].([]any)[0]
}
