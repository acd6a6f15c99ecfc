// Package stripetest gives each test a local Stripe of its own, with a clock to turn.
package stripetest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/offers"
	"github.com/yoriai/yoriai/shared/adapter/stripe"
)

// Key opens it.
const Key = "sk_test_local"

// Stage is the stage of the tests.
const Stage = "test"

// Desk is a local Stripe as its staff, banks and customers see it.
type Desk struct {
	testing.TB
	URL string
	// Secret signs what it sends to the webhook.
	Secret string
}

// New starts a Stripe that sells the offers, and tells a webhook of what happens; none if it is empty.
func New(t testing.TB, webhook string) *Desk {
	t.Helper()
	program := os.Getenv("TEST_STRIPE_PROGRAM")
	if program == "" {
		t.Fatal("run this by yoriai-testbed")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	_, port, _ := strings.Cut(address, ":")
	command := exec.Command(program, "internal-serve-stripe", port) //nolint:gosec // the test bed's own
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	d := &Desk{TB: t, URL: "http://" + address}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal("the local Stripe does not answer")
		}
	}
	list, err := offers.Read()
	if err != nil {
		t.Fatal(err)
	}
	if d.Secret, err = d.Account(Stage).Setup(context.Background(), list, webhook, "http://localhost:8080", func(string) {}); err != nil {
		t.Fatal(err)
	}
	return d
}

// Account is this Stripe as a stage has it. Each request is shown to stripe-mock, too.
func (d *Desk) Account(stage string) *stripe.Stripe {
	return &stripe.Stripe{URL: d.described(), Stage: stage, Now: time.Now, Keys: func(context.Context) (stripe.Keys, error) {
		return stripe.Keys{APIKey: Key, WebhookSecrets: []string{"whsec_older", d.Secret}}, nil
	}}
}

// Press presses a button, and gives what came of it.
func (d *Desk) Press(path string, form ...string) map[string]any {
	d.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, d.URL+path, strings.NewReader(values.Encode()))
	if err != nil {
		d.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return d.do(r)
}

// Read reads one of its objects, as the API tells it.
func (d *Desk) Read(path string) map[string]any {
	d.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, d.URL+path, nil)
	if err != nil {
		d.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+Key)
	return d.do(r)
}

func (d *Desk) do(r *http.Request) map[string]any {
	d.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was read
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK {
		d.Fatalf("%s: %s %s", r.URL.Path, answer.Status, body)
	}
	var out map[string]any
	if err := json.Unmarshal(body, &out); err != nil {
		d.Fatal(err)
	}
	return out
}

// Pay ends a page: pay, later or decline.
func (d *Desk) Pay(address, how string) map[string]any {
	d.Helper()
	return d.Press(strings.TrimPrefix(address, d.URL)+"/"+how, "", "")
}
