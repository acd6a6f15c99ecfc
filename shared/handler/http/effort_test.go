package http_test

import (
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

// complaint is the code of an answer, and the field that it names.
func complaint(t *testing.T, w *httptest.ResponseRecorder) (code, field string) {
	t.Helper()
	var out struct {
		Code   string `json:"code"`
		Errors []struct {
			Field string `json:"field"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Errors) > 0 {
		field = out.Errors[0].Field
	}
	return out.Code, field
}

func TestEffortAndAllowedModelsAreHeldAgainstTheCatalogue(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	asks := func(ai body) body { return body{"client_message_id": key(), "content": "x", "ai": ai} }
	for name, c := range map[string]struct {
		method, path string
		body         body
		code, field  string
	}{
		"a question of a model that does not think": {"POST", path + "/messages", asks(body{"effort": "high"}), "validation_failed", "effort"},
		"a question's unknown effort":               {"POST", path + "/messages", asks(body{"effort": "furious"}), "validation_failed", "effort"},
		"a room whose model does not think":         {"PATCH", path, body{"effort": "low"}, "validation_failed", "effort"},
		"a room's unknown effort":                   {"PATCH", path, body{"effort": "furious"}, "validation_failed", "effort"},
		"a list that leaves out the room's model":   {"PATCH", path, body{"allowed_models": []string{"openai/*"}}, "model_not_allowed", ""},
		"a list of nonsense":                        {"PATCH", path, body{"allowed_models": []string{"scripted"}}, "validation_failed", "allowed_models"},
	} {
		w := h.Call(token, c.method, c.path, c.body)
		if code, field := complaint(t, w); w.Code != 422 || code != c.code || field != c.field {
			t.Errorf("%s: %d %s %q", name, w.Code, code, field)
		}
	}
	if r := answers(t, "getRoom", h.Call(token, "GET", path, nil), 200); r["effort"] != "default" || !reflect.DeepEqual(r["allowed_models"], []any{}) {
		t.Errorf("what was refused changed %v %v", r["effort"], r["allowed_models"])
	}
	list := []any{"scripted/*"}
	if r := answers(t, "updateRoom", h.Call(token, "PATCH", path, body{"effort": "default", "allowed_models": list}), 200); !reflect.DeepEqual(r["allowed_models"], list) {
		t.Errorf("%v", r["allowed_models"])
	}
	sent := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", asks(body{"effort": "default"})), 201)
	if at(sent, "ai_message", "ai", "thought") != false {
		t.Errorf("%v", sent)
	}
	if r := answers(t, "updateRoom", h.Call(token, "PATCH", path, body{"allowed_models": []string{}}), 200); !reflect.DeepEqual(r["allowed_models"], []any{}) {
		t.Errorf("%v", r["allowed_models"])
	}
}
