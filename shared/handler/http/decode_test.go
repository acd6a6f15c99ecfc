package http

import (
	"net/http"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

func TestBodiesThatAreNotRead(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, Config{}, func(r *Request) error {
		var d struct {
			Name string `json:"name"`
		}
		if err := r.Decode(&d); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	})
	large := `{"name":"` + strings.Repeat("a", MaxBody) + `"}`
	wantProblem(t, call(s, "POST", "/open", large), 413, fault.TooLarge)
	wantProblem(t, call(s, "POST", "/open", `{}`, "Content-Type", "text/plain"), 415, fault.UnsupportedMediaType)
	wantProblem(t, call(s, "POST", "/open", `{}`, "Content-Type", ""), 415, fault.UnsupportedMediaType)
	wantProblem(t, call(s, "POST", "/rooms/x", large), 401, fault.Unauthenticated)
	fits := `{"name":"` + strings.Repeat("a", MaxBody-len(`{"name":""}`)) + `"}`
	if w := call(s, "POST", "/open", fits); w.Code != 204 {
		t.Fatalf("a body of exactly 512 KB: %d", w.Code)
	}
}
