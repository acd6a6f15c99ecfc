package stripetest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
)

// described is an address that passes requests on to the local Stripe, and shows each to stripe-mock before, which knows Stripe's
// own description of its API: a test fails if that does not know an operation, or a parameter.
func (d *Desk) described() string {
	d.Helper()
	mock := os.Getenv("TEST_STRIPE_MOCK_URL")
	if mock == "" {
		d.Fatal("run this by yoriai-testbed")
	}
	local, err := url.Parse(d.URL)
	if err != nil {
		d.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(local) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			d.Errorf("read a request: %v", err)
		}
		d.check(mock, r, body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	d.Cleanup(server.Close)
	return server.URL
}

func (d *Desk) check(mock string, r *http.Request, body []byte) {
	//nolint:gosec // the test bed's own
	shown, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, mock+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		d.Errorf("show a request to stripe-mock: %v", err)
		return
	}
	shown.Header = r.Header.Clone()
	answer, err := http.DefaultClient.Do(shown) //nolint:gosec // the test bed's own
	if err != nil {
		d.Errorf("show a request to stripe-mock: %v", err)
		return
	}
	defer answer.Body.Close() //nolint:errcheck // it was read
	said, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK {
		d.Errorf("Stripe's description refuses %s %s %s: %s %s", r.Method, r.URL.RequestURI(), body, answer.Status, said)
	}
}
