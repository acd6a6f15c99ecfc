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
	words := append(strings.Fields(arguments), "--url", server.URL+"/api")
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

// fuzzedWorld is somebody with rooms that hold a question and its answer, and others to delete.
func fuzzedWorld(t *testing.T, h *optest.House) map[string]any {
	t.Helper()
	_, token := h.Person("aki")
	room := func() map[string]string {
		r := answers(t, "createRoom", h.Call(token, "POST", "/rooms", body{"name": "Kyoto", "ai_provider": "scripted", "ai_model": "scripted"}, "Idempotency-Key", key()), 201)
		path := "/rooms/" + r["id"].(string)
		sent := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "x", "ai": body{}}), 201)
		question := at(sent, "message", "id").(string)
		answers(t, "stopReply", h.Call(token, "POST", path+"/messages/"+question+"/stop", nil), 200)
		return map[string]string{"roomId": r["id"].(string), "messageId": question}
	}
	var rooms, spareRooms, spareMessages []map[string]string
	for range 5 {
		rooms, spareRooms, spareMessages = append(rooms, room()), append(spareRooms, room()), append(spareMessages, room())
	}
	return map[string]any{"token": token, "rooms": rooms, "spare_rooms": spareRooms, "spare_messages": spareMessages}
}
