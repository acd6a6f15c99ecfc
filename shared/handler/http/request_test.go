package http

import (
	"context"
	"errors"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

// Who calls, by each chain of hops: a viewer through the edge, the web app's server for a viewer around the edge or through
// it, and those who claim what is not so.
func TestTheCallersAddress(t *testing.T) {
	t.Parallel()
	const viewer, edge, web, lie, peer = "198.51.100.1", "203.0.113.9", "192.0.2.77", "10.0.0.1", "192.0.2.1"
	for name, c := range map[string]struct {
		forwarded, said string
		door            bool
		want            string
	}{
		"nothing but a socket":                 {"", "", false, peer},
		"one hop":                              {viewer, "", false, viewer},
		"through the edge":                     {viewer + ", " + edge, "", false, viewer},
		"through the edge, with a claim":       {lie + ", " + viewer + ", " + edge, "", false, viewer},
		"the edge says":                        {viewer + ", " + edge, viewer, true, viewer},
		"the web for a viewer":                 {web, viewer, true, viewer},
		"the web, passing on what it was told": {lie + ", " + viewer + ", " + edge + ", " + web, viewer, true, viewer},
		"the web, through the edge":            {viewer + ", " + edge + ", " + web + ", " + edge, viewer, true, viewer},
		"the web for itself":                   {web, "", true, web},
		"the web for a viewer by IPv6":         {web, "2001:db8::7", true, "2001:db8::7"},
		"said without the secret":              {viewer + ", " + edge, lie, false, viewer},
		"said is no address":                   {viewer + ", " + edge, "localhost; drop", true, viewer},
		"no hop is an address":                 {"unknown, nowhere", "", true, peer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, headers := Config{}, []string{}
			if c.door {
				config.Origin, headers = door("secret"), append(headers, OriginSecretHeader, "secret")
			}
			if c.forwarded != "" {
				headers = append(headers, "X-Forwarded-For", c.forwarded)
			}
			if c.said != "" {
				headers = append(headers, ViewerHeader, c.said)
			}
			s, _ := serve(t, config, func(r *Request) error { return r.String(200, r.Address()) })
			if got := call(s, "POST", "/open", "", headers...).Body.String(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// away is a front door whose secret cannot be read.
type away struct{}

func (away) Admits(context.Context, string) (bool, error) { return false, errors.New("away") }

func TestHealthTouchesNothing(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, Config{Origin: away{}}, ok)
	s.Handle("GET", "/health", true, ok)
	if w := call(s, "GET", "/api/health", ""); w.Code != 204 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	wantProblem(t, call(s, "POST", "/open", ""), 503, fault.Unavailable)
	wantProblem(t, call(s, "POST", "/health", ""), 503, fault.Unavailable)
}
