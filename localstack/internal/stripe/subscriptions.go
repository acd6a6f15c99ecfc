package stripe

import (
	"net/http"
	"time"
)

// subscribe begins a plan with its first month, paid.
func (s *Server) subscribe(session object) (object, error) {
	items, _ := nest(session, "line_items")["data"].([]any)
	if len(items) != 1 {
		return nil, refuse(http.StatusBadRequest, "", "One plan at a time.")
	}
	line, _ := items[0].(object)
	now := s.now().UTC().Truncate(time.Second)
	sub := s.made("sub_", "subscription", object{"customer": session["customer"], "status": "active", "cancel_at_period_end": false, "metadata": nest(nest(session, "data"), "metadata"),
		"billing_cycle_anchor": now.Unix()})
	sub["items"] = object{"object": "list", "data": []any{object{"id": "si_" + text(sub, "id"), "object": "subscription_item", "price": line["price"], "quantity": 1,
		"current_period_start": now.Unix(), "current_period_end": now.Unix()}}}
	s.bill(sub, "subscription_create")
	s.happened("customer.subscription.created", sub)
	return sub, nil
}

func item(sub object) object {
	items, _ := nest(sub, "items")["data"].([]any)
	o, _ := items[0].(object)
	return o
}

// bill begins the next month: its invoice is paid, unless the customer's card declines.
func (s *Server) bill(sub object, reason string) {
	of := item(sub)
	price := s.data.Objects[text(of, "price")]
	start := time.Unix(number(of, "current_period_end"), 0).UTC()
	end := month(start, time.Unix(number(sub, "billing_cycle_anchor"), 0).UTC())
	of["current_period_start"], of["current_period_end"] = start.Unix(), end.Unix()
	declines := s.data.Objects[text(sub, "customer")]["declines"] == true && reason == "subscription_cycle"
	status, charged := "paid", "succeeded"
	if declines {
		status, charged = "open", "requires_payment_method"
	}
	invoice := s.invoice(sub["customer"], number(price, "unit_amount"), text(price, "currency"), reason, status)
	invoice["parent"] = object{"type": "subscription_details", "subscription_details": object{"subscription": sub["id"], "metadata": sub["metadata"]}}
	invoice["lines"] = object{"object": "list", "data": []any{object{"id": "il_" + text(invoice, "id"), "object": "line_item", "amount": price["unit_amount"], "quantity": 1,
		"period": object{"start": start.Unix(), "end": end.Unix()}, "pricing": object{"type": "price_details", "unit_amount_decimal": "0",
			"price_details": object{"price": price["id"], "product": price["product"]}}}}}
	intent := s.charge(sub["customer"], number(price, "unit_amount"), text(price, "currency"), nest(sub, "metadata"), charged)
	invoice["payments"] = object{"object": "list", "data": []any{object{"id": "inpay_" + text(invoice, "id"), "object": "invoice_payment", "is_default": true,
		"status": status, "invoice": invoice["id"], "payment": object{"type": "payment_intent", "payment_intent": intent["id"]}}}}
	sub["latest_invoice"] = invoice["id"]
	if declines {
		sub["status"] = "past_due"
		s.happened("invoice.payment_failed", invoice)
		return
	}
	s.happened("invoice.paid", invoice)
}

func (s *Server) endSubscription(sub object) {
	sub["status"], sub["ended_at"] = "canceled", s.now().Unix()
	s.happened("customer.subscription.deleted", sub)
}

// turn moves the clock ahead; on the way everything happens that falls due, in order.
func (s *Server) turn(to time.Time) {
	for {
		var due object
		for _, sub := range s.of("subscription", func(o object) bool {
			return text(o, "status") != "canceled" && number(item(o), "current_period_end") <= to.Unix()
		}) {
			if due == nil || number(item(sub), "current_period_end") < number(item(due), "current_period_end") {
				due = sub
			}
		}
		if due == nil {
			break
		}
		s.set(time.Unix(number(item(due), "current_period_end"), 0))
		if due["cancel_at_period_end"] == true {
			s.endSubscription(due)
			continue
		}
		s.bill(due, "subscription_cycle")
		s.happened("customer.subscription.updated", due)
	}
	s.set(to)
	for _, session := range s.of("checkout.session", func(o object) bool { return o["status"] == "open" && number(o, "expires_at") <= to.Unix() }) {
		session["status"] = "expired"
		s.happened("checkout.session.expired", session)
	}
}

// set never turns the clock back.
func (s *Server) set(at time.Time) {
	s.data.Ahead = max(s.data.Ahead, int64(time.Until(at).Round(time.Second).Seconds()))
}
