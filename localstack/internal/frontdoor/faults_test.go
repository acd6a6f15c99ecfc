package frontdoor

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func (d *door) fault(t *testing.T, body string) {
	t.Helper()
	response := d.send(t, http.MethodPost, FaultsPath, strings.NewReader(body), http.Header{faultHeader: {"1"}})
	if response.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(response.Body)
		t.Fatalf("switch on %s: %d %s", body, response.StatusCode, said)
	}
}

func TestAFaultAnswersForItsOperationAsOftenAsAsked(t *testing.T) {
	t.Parallel()
	d := newDoor(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	d.fault(t, `{"method":"POST","path":"/auth/refresh","status":503,"code":"database_waking","retry_after":5,"times":1}`)
	response := d.send(t, http.MethodPost, "/api/auth/refresh", nil, nil)
	var problem struct {
		Status int
		Code   string
	}
	if err := json.NewDecoder(response.Body).Decode(&problem); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusServiceUnavailable || problem.Code != "database_waking" || response.Header.Get("Retry-After") != "5" {
		t.Errorf("%d %+v, Retry-After %q", response.StatusCode, problem, response.Header.Get("Retry-After"))
	}
	if got := d.send(t, http.MethodPost, "/api/auth/refresh", nil, nil).StatusCode; got != http.StatusNoContent {
		t.Errorf("after its one time it answers %d", got)
	}
}

func TestAFaultConcernsItsOwnPathAndMethod(t *testing.T) {
	t.Parallel()
	d := newDoor(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	d.fault(t, `{"method":"GET","path":"/rooms/*/messages","status":429}`)
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/api/rooms/1/messages?limit=5", http.StatusTooManyRequests},
		{http.MethodGet, "/api/rooms/2/messages", http.StatusTooManyRequests},
		{http.MethodPost, "/api/rooms/1/messages", http.StatusNoContent},
		{http.MethodGet, "/api/rooms/1", http.StatusNoContent},
		{http.MethodGet, "/api/rooms/1/messages/2", http.StatusNoContent},
	} {
		if got := d.send(t, test.method, test.path, nil, nil).StatusCode; got != test.want {
			t.Errorf("%s %s: %d, want %d", test.method, test.path, got, test.want)
		}
	}
	d.send(t, http.MethodDelete, FaultsPath, nil, http.Header{faultHeader: {"1"}})
	if got := d.send(t, http.MethodGet, "/api/rooms/1/messages", nil, nil).StatusCode; got != http.StatusNoContent {
		t.Errorf("switched off it answers %d", got)
	}
}

func TestADelayAloneLetsTheRequestThrough(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	d.fault(t, `{"path":"/me","delay_ms":1}`)
	response := d.send(t, http.MethodPost, "/api/me", strings.NewReader("body"), nil)
	if said, _ := io.ReadAll(response.Body); string(said) != "body" {
		t.Errorf("it answers %d %q", response.StatusCode, said)
	}
}

func TestFaultsThatMakeNoSenseOrComeFromAnotherSiteAreRefused(t *testing.T) {
	t.Parallel()
	d := newDoor(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for _, body := range []string{`{`, `{"path":"me","status":503}`, `{"path":"/me","status":200}`, `{"path":"/me"}`, `{"path":"/me","status":503,"times":-1}`, `{"path":"/[","status":503}`, `{"path":"/me","state":503}`} {
		if got := d.send(t, http.MethodPost, FaultsPath, strings.NewReader(body), http.Header{faultHeader: {"1"}}).StatusCode; got != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", body, got)
		}
	}
	if got := d.send(t, http.MethodPost, FaultsPath, strings.NewReader(`{"path":"/me","status":503}`), nil).StatusCode; got != http.StatusForbidden {
		t.Errorf("without the header: %d, want 403", got)
	}
	if got := d.send(t, http.MethodGet, "/api/me", nil, nil).StatusCode; got != http.StatusNoContent {
		t.Errorf("a refused fault works: %d", got)
	}
}

func TestPagesAtAnotherNameOfThisMachineLeadToThePublicOne(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(method, host, path string) *http.Response {
		request, err := http.NewRequestWithContext(t.Context(), method, d.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = response.Body.Close() })
		return response
	}
	for _, host := range []string{"127.0.0.1:8080", "[::1]:8080"} {
		response := ask(http.MethodGet, host, "/login?next=%2Frooms%2F1")
		if got, want := response.Header.Get("Location"), "http://localhost:8080/login?next=%2Frooms%2F1"; response.StatusCode != http.StatusTemporaryRedirect || got != want {
			t.Errorf("%s: %d to %q, want 307 to %q", host, response.StatusCode, got, want)
		}
	}
	if got := ask(http.MethodGet, "127.0.0.1:8080", "/api/rooms").StatusCode; got != http.StatusOK {
		t.Errorf("the API is for scripts under any name: %d", got)
	}
}
