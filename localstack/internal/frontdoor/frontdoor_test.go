package frontdoor

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const testSecret = "the-secret"

// door is a front door before two upstreams that record what reaches them.
type door struct {
	*httptest.Server
	web, aws *httptest.Server
	seen     chan *http.Request
}

func newDoor(t *testing.T, aws http.Handler) *door {
	t.Helper()
	d := &door{seen: make(chan *http.Request, 8)}
	record := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		d.seen <- r
		_, _ = w.Write(body)
	})
	if aws == nil {
		aws = record
	}
	d.web = httptest.NewServer(record)
	d.aws = httptest.NewServer(aws)
	d.Server = httptest.NewServer(New(Config{
		PublicHost: "localhost:8080", Web: parse(t, d.web.URL), AWS: parse(t, d.aws.URL),
		HTTPAPI: "httpid", WebSocketAPI: "wsid", Secret: testSecret, Log: discard(),
	}))
	t.Cleanup(func() { d.Close(); d.web.Close(); d.aws.Close() })
	return d
}

func parse(t *testing.T, raw string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// send sends a request to the front door as a browser at the public host would.
func (d *door) send(t *testing.T, method, path string, body io.Reader, header http.Header) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, d.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "localhost:8080"
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// request is the next request that reached an upstream.
func (d *door) request(t *testing.T) *http.Request {
	t.Helper()
	select {
	case r := <-d.seen:
		return r
	case <-time.After(5 * time.Second):
		t.Fatal("nothing reached the upstream")
		return nil
	}
}

func TestAnAPIRequestReachesTheStageWithTheSecretAndAnotherHost(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	response := d.send(t, http.MethodPost, "/api/rooms/r%2F1?limit=5", strings.NewReader("body"),
		http.Header{"Origin": {"http://localhost:8080"}, SecretHeader: {"forged"}, "X-Forwarded-Host": {"evil.example"}, "X-Forwarded-For": {"1.2.3.4"}})
	if body, _ := io.ReadAll(response.Body); string(body) != "body" {
		t.Errorf("body = %q", body)
	}
	r := d.request(t)
	if got, want := r.URL.EscapedPath()+"?"+r.URL.RawQuery, "/_aws/execute-api/httpid/api/rooms/r%2F1?limit=5"; got != want {
		t.Errorf("upstream path = %s, want %s", got, want)
	}
	if got := parse(t, d.aws.URL).Host; r.Host != got {
		t.Errorf("upstream Host = %s, want the upstream's own %s", r.Host, got)
	}
	for name, want := range map[string]string{
		SecretHeader: testSecret, "X-Forwarded-Host": "localhost:8080", "X-Forwarded-Proto": "http", "Origin": "http://localhost:8080",
	} {
		if got := r.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s = %q, want only %q", name, got, want)
		}
	}
	if got := r.Header.Get("X-Forwarded-For"); !strings.HasPrefix(got, "1.2.3.4, ") {
		t.Errorf("X-Forwarded-For = %q, want the client's, then its address", got)
	}
}

func TestTheWebApplicationNeverSeesTheSecret(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	d.send(t, http.MethodGet, "/rooms/1", nil, http.Header{SecretHeader: {"forged"}})
	r := d.request(t)
	if r.URL.Path != "/rooms/1" {
		t.Errorf("path = %s", r.URL.Path)
	}
	if got := r.Header.Get(SecretHeader); got != "" {
		t.Errorf("the web application got the secret header %q", got)
	}
	if r.Host == "localhost:8080" {
		t.Error("the web application got the public Host, which CloudFront does not send")
	}
	if got := r.Header.Get("X-Forwarded-Host"); got != "localhost:8080" {
		t.Errorf("X-Forwarded-Host = %q", got)
	}
}

// Whom a request is for is said by the front door, and by the web app's server, which knows the secret.
func TestTheViewersAddressCannotBeForged(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for _, c := range []struct {
		path, secret, said, want string
	}{
		{"/api/me", "", "", "127.0.0.1"},
		{"/api/me", "", "8.8.8.8", "127.0.0.1"},
		{"/api/me", "forged", "8.8.8.8", "127.0.0.1"},
		{"/rooms/1", "", "8.8.8.8", "127.0.0.1"},
		{"/api/me", testSecret, "2001:db8::7", "2001:db8::7"},
		{"/api/me", testSecret, "", "127.0.0.1"},
	} {
		header := http.Header{}
		for name, value := range map[string]string{SecretHeader: c.secret, ViewerHeader: c.said} {
			if value != "" {
				header.Set(name, value)
			}
		}
		d.send(t, http.MethodGet, c.path, nil, header)
		if got := d.request(t).Header.Values(ViewerHeader); len(got) != 1 || got[0] != c.want {
			t.Errorf("%+v: the viewer is %q", c, got)
		}
	}
}

func TestRequestsOverAWSLimitsAreRefused(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	tests := map[string]struct {
		path   string
		body   io.Reader
		header http.Header
		want   int
	}{
		"a URL over CloudFront's limit":      {path: "/api/x?q=" + strings.Repeat("a", maxURL), want: http.StatusRequestURITooLong},
		"a page's URL over it":               {path: "/x?q=" + strings.Repeat("a", maxURL), want: http.StatusRequestURITooLong},
		"a URL within it":                    {path: "/x?q=" + strings.Repeat("a", maxURL-100), want: http.StatusOK},
		"headers over an HTTP API's limit":   {path: "/api/x", header: http.Header{"X-Long": {strings.Repeat("a", maxHead)}}, want: http.StatusRequestHeaderFieldsTooLarge},
		"the same headers to the web":        {path: "/x", header: http.Header{"X-Long": {strings.Repeat("a", maxHead)}}, want: http.StatusOK},
		"a body over the limit":              {path: "/api/x", body: strings.NewReader(strings.Repeat("a", maxBody+1)), want: http.StatusRequestEntityTooLarge},
		"a body over it of unknown length":   {path: "/api/x", body: io.MultiReader(strings.NewReader(strings.Repeat("a", maxBody+1))), want: http.StatusRequestEntityTooLarge},
		"a body at the limit":                {path: "/api/x", body: strings.NewReader(strings.Repeat("a", maxBody)), want: http.StatusOK},
		"a socket's path without an upgrade": {path: "/ws", want: http.StatusUpgradeRequired},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := d.send(t, http.MethodPost, test.path, test.body, test.header).StatusCode; got != test.want {
				t.Errorf("status = %d, want %d", got, test.want)
			}
		})
		select {
		case <-d.seen:
		default:
		}
	}
}

func TestAnUpstreamThatIsAwayGivesAPlainAnswer(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	d.aws.Close()
	d.web.Close()
	if got := d.send(t, http.MethodGet, "/api/x", nil, nil).StatusCode; got != http.StatusServiceUnavailable {
		t.Errorf("API: status = %d, want 503 as API Gateway gives", got)
	}
	response := d.send(t, http.MethodGet, "/x", nil, nil)
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusBadGateway || !strings.Contains(string(body), "make logs PART=web") {
		t.Errorf("web: %d %q, want 502 and where to look", response.StatusCode, body)
	}
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
