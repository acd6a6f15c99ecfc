package payments_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/yoriai/yoriai/shared/adapter/stripe/stripetest"
	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

func (h *house) facts() (list []billing.Fact) {
	h.Helper()
	for _, r := range h.queues.rows {
		if r.Queue == outbox.Payments {
			var f billing.Fact
			if err := json.Unmarshal([]byte(r.Body), &f); err != nil {
				h.Fatal(err)
			}
			list = append(list, f)
		}
	}
	h.queues.rows = nil
	return list
}

func signed(secret, payload string, at time.Time) (body []byte, signature string) {
	s := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: []byte(payload), Secret: secret, Timestamp: at})
	return s.Payload, s.Header
}

// Only what Stripe signed lately with this endpoint's secret is heard, and of it only what is this stage's and known.
func TestWhatIsHeard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hooked := stripetest.New(t, "http://127.0.0.1:1/nobody")
	h.desk, h.account = hooked, hooked.Account(stripetest.Stage)
	h.shop.Provider, h.hook.Provider = h.account, h.account
	h.desk.Pay(h.buys("pack_small"), "pay")
	session := ""
	for _, o := range h.desk.Read("/v1/checkout/sessions")["data"].([]any) {
		session = o.(map[string]any)["id"].(string)
	}
	event := func(what, object string) string {
		return fmt.Sprintf(`{"id":"evt_1","object":"event","api_version":"2019-01-01","type":%q,"created":1,"data":{"object":{"id":%q,"amount_total":1,"payment_status":"paid"}}}`, what, object)
	}
	good := event("checkout.session.completed", session)
	now := time.Now()
	for name, c := range map[string]struct {
		secret, payload string
		at              time.Time
		want            fault.Code
		facts           int
	}{
		"as Stripe sends it":              {h.desk.Secret, good, now, "", 1},
		"by the secret before":            {"whsec_older", good, now, "", 1},
		"by another secret":               {"whsec_other", good, now, fault.Unauthenticated, 0},
		"six minutes old":                 {h.desk.Secret, good, now.Add(-6 * time.Minute), fault.Unauthenticated, 0},
		"of what is not listened to":      {h.desk.Secret, event("customer.created", session), now, "", 0},
		"of what Stripe does not know":    {h.desk.Secret, event("checkout.session.completed", "cs_test_none"), now, "", 0},
		"of an object of another kind":    {h.desk.Secret, event("invoice.paid", session), now, "", 0},
		"of nothing":                      {h.desk.Secret, `{"id":"evt_1","object":"event","type":"invoice.paid","data":{"object":{}}}`, now, "", 0},
		"no JSON at all":                  {h.desk.Secret, `pay me`, now, fault.Unauthenticated, 0},
		"an amount that nobody looked at": {h.desk.Secret, strings.Replace(good, `"amount_total":1`, `"amount_total":99999`, 1), now, "", 1},
	} {
		payload, signature := signed(c.secret, c.payload, c.at)
		err := h.hook.Hear(t.Context(), payload, signature)
		facts := h.facts()
		if fault.CodeOf(err) != c.want || len(facts) != c.facts {
			t.Errorf("%s: %v, %d facts", name, err, len(facts))
		}
		for _, f := range facts {
			if f.Payment == nil || f.Payment.Amount != 500 || f.AccountID != h.aki {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
	payload, signature := signed(h.desk.Secret, good, now)
	payload[5]++
	if err := h.hook.Hear(t.Context(), payload, signature); !fault.Is(err, fault.Unauthenticated) {
		t.Error("a changed body:", err)
	}
	if err := h.hook.Hear(t.Context(), payload, ""); !fault.Is(err, fault.Unauthenticated) {
		t.Error("no signature:", err)
	}
	// Another stage has customers of its own in the same account.
	h.hook.Provider = h.desk.Account("another")
	payload, signature = signed(h.desk.Secret, good, now)
	if err := h.hook.Hear(t.Context(), payload, signature); err != nil || len(h.facts()) != 0 {
		t.Error("another stage's:", err)
	}
}

// The whole way: Stripe's own deliveries are heard over HTTP, repeated if they were not, and lead to the books.
func TestDeliveriesAreRepeatedUntilHeard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	heard, refused := make(chan error, 64), 0
	var hear func(body []byte, signature string) error
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if refused++; refused == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		heard <- hear(body, r.Header.Get("Stripe-Signature"))
	}))
	server.Config.SetKeepAlivesEnabled(false)
	t.Cleanup(server.Close)
	h.desk = stripetest.New(t, server.URL)
	h.account = h.desk.Account(stripetest.Stage)
	h.shop.Provider, h.hook.Provider = h.account, h.account
	one := make(chan struct{}, 1) // the queue of this test is nobody else's
	hear = func(body []byte, signature string) error {
		one <- struct{}{}
		defer func() { <-one }()
		return h.hook.Hear(t.Context(), body, signature)
	}
	h.desk.Pay(h.buys("pack_small"), "pay")
	for range 2 { // the session, and the receipt's invoice
		if err := <-heard; err != nil {
			t.Fatal(err)
		}
	}
	h.applies(h.facts()...)
	h.want("delivered", books{balance: million})
}

// What nobody heard, the night finds; what is in the books is not sent again.
func TestTheNightFindsWhatWasNotHeard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("plan_standard"), "pay")
	done, err := h.hook.Reconcile(t.Context())
	if err != nil || done["sent"].(int) < 2 {
		t.Fatal(done, err)
	}
	facts := h.facts()
	h.applies(facts[:len(facts)-1]...) // one got lost
	if done, err = h.hook.Reconcile(t.Context()); err != nil || len(h.facts()) != 1 {
		t.Fatal(done, err)
	}
	h.applies(facts...)
	if done, err = h.hook.Reconcile(t.Context()); err != nil || done["sent"].(int) != 0 {
		t.Fatal(done, err)
	}
	h.want("reconciled", books{balance: 3 * million})
}

// A customer's projection is only a memory: gone, it is found again, and never doubled.
func TestACustomerIsFoundAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.buys("pack_small")
	first, err := h.hook.Projection.Customer(t.Context(), h.aki)
	if err != nil || first == "" {
		t.Fatal(first, err)
	}
	if err := h.hook.Projection.PutCustomer(t.Context(), h.aki, "cus_gone"); err != nil {
		t.Fatal(err)
	}
	found, err := h.account.Customer(t.Context(), h.aki)
	if err != nil || found != first {
		t.Error(found, first, err)
	}
	if other, err := h.account.Customer(t.Context(), id.New()); err != nil || other == first {
		t.Error(other, err)
	}
}
