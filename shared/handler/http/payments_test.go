package http_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

// From the list to the queue: what one can buy, the page on which it is paid, and what Stripe tells of it.
func TestBuyingOverHTTP(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	_, token := h.Person("aki")
	call := func(operation, method, path string, body any, status int, into any, headers ...string) {
		t.Helper()
		answer := h.Call(token, method, path, body, headers...)
		apitest.CheckResponse(t, operation, answer.Code, answer.Body.Bytes())
		if answer.Code != status {
			t.Fatalf("%s: %d %s", operation, answer.Code, answer.Body)
		}
		if into != nil {
			if err := json.Unmarshal(answer.Body.Bytes(), into); err != nil {
				t.Fatal(err)
			}
		}
	}
	var plans api.OfferList
	call("listPlans", "GET", "/billing/plans", nil, 200, &plans)
	if len(plans.Items) < 2 || plans.Items[0].Amount <= 0 || plans.Items[0].Currency != "jpy" || plans.Items[0].Names["ja"] == "" || plans.Items[0].ValidDays == nil {
		t.Fatalf("%+v", plans)
	}
	var page api.PaymentPage
	key := id.New().String()
	call("createCheckout", "POST", "/billing/checkout", map[string]any{"offer": "plan_standard", "locale": "ja"}, 201, &page, "Idempotency-Key", key)
	if !strings.HasPrefix(page.Url, h.Stripe.URL) {
		t.Fatal(page)
	}
	call("createCheckout", "POST", "/billing/checkout", map[string]any{"offer": "plan_plus"}, 422, nil, "Idempotency-Key", key)
	h.Stripe.Pay(page.Url, "pay")
	call("createCheckout", "POST", "/billing/checkout", map[string]any{"offer": "plan_plus"}, 409, nil, "Idempotency-Key", id.New().String())
	call("createCheckout", "POST", "/billing/checkout", map[string]any{"offer": "nothing"}, 404, nil, "Idempotency-Key", id.New().String())
	call("createCheckout", "POST", "/billing/checkout", map[string]any{"offer": ""}, 422, nil, "Idempotency-Key", id.New().String())
	call("createCheckout", "POST", "/billing/checkout", map[string]any{"offer": "pack_small", "amount": 1}, 400, nil, "Idempotency-Key", id.New().String())
	call("createCheckout", "POST", "/billing/checkout", map[string]any{"offer": "pack_small"}, 400, nil)
	call("createPortal", "POST", "/billing/portal", map[string]any{"locale": "ja"}, 201, &page, "Idempotency-Key", id.New().String())
	call("createPortal", "POST", "/billing/portal", map[string]any{"locale": "fr"}, 422, nil, "Idempotency-Key", id.New().String())

	invoice := ""
	for _, e := range h.Stripe.Read("/v1/events?types[]=invoice.paid")["data"].([]any) {
		invoice = e.(map[string]any)["data"].(map[string]any)["object"].(map[string]any)["id"].(string)
	}
	event := `{"id":"evt_x","object":"event","type":"invoice.paid","data":{"object":{"id":"` + invoice + `"}}}`
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: []byte(event), Secret: h.Stripe.Secret, Timestamp: time.Now()})
	token = "" // Stripe has none
	call("stripeWebhook", "POST", "/webhooks/stripe", event, http.StatusNoContent, nil, "Stripe-Signature", signed.Header)
	// As Lambda gives it: its adapter parts what has commas.
	run := h.Server.Lambda().(func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error))
	answer, err := run(t.Context(), events.APIGatewayV2HTTPRequest{RawPath: "/api/webhooks/stripe", Body: event,
		Headers:        map[string]string{"content-type": "application/json", "stripe-signature": signed.Header},
		RequestContext: events.APIGatewayV2HTTPRequestContext{HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST"}}})
	if err != nil || answer.StatusCode != http.StatusNoContent {
		t.Errorf("through Lambda: %+v, %v", answer, err)
	}
	if h.Queues.Rows[outbox.Payments] != 2 {
		t.Error(h.Queues.Rows)
	}
	call("stripeWebhook", "POST", "/webhooks/stripe", event+" ", http.StatusUnauthorized, nil, "Stripe-Signature", signed.Header)
	call("stripeWebhook", "POST", "/webhooks/stripe", event, http.StatusUnauthorized, nil)
	call("stripeWebhook", "POST", "/webhooks/stripe", strings.Repeat("x", 600_000), http.StatusRequestEntityTooLarge, nil, "Stripe-Signature", signed.Header)
}
