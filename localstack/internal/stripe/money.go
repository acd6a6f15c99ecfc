package stripe

import (
	"net/http"
	"time"
)

// charge pays, promises or declines an amount: a payment intent with its charge.
func (s *Server) charge(customer any, amount int64, currency string, metadata object, status string) object {
	intent := s.made("pi_", "payment_intent", object{"customer": customer, "amount": amount, "currency": currency, "metadata": metadata, "status": status})
	s.collect(intent)
	return intent
}

// collect makes the charge of an intent that succeeded or failed.
func (s *Server) collect(intent object) {
	if text(intent, "status") == "processing" {
		return
	}
	paid := text(intent, "status") == "succeeded"
	charge := s.made("ch_", "charge", object{"customer": intent["customer"], "amount": intent["amount"], "amount_refunded": int64(0), "currency": intent["currency"],
		"metadata": intent["metadata"], "payment_intent": intent["id"], "paid": paid, "refunded": false, "status": map[bool]string{true: "succeeded", false: "failed"}[paid]})
	charge["receipt_url"] = s.base + "/receipts/" + text(charge, "id")
	intent["latest_charge"] = charge["id"]
}

// complete ends a page: paid, to be paid later, or declined, which leaves it open.
func (s *Server) complete(session object, how string) error {
	if session["status"] != "open" || number(session, "expires_at") <= s.now().Unix() {
		return refuse(http.StatusBadRequest, "", "This page has expired.")
	}
	subscribes := text(session, "mode") == "subscription"
	switch {
	case how == "decline":
		return nil
	case subscribes && how == "pay":
		sub, err := s.subscribe(session)
		if err != nil {
			return err
		}
		session["subscription"], session["invoice"], session["payment_status"] = sub["id"], sub["latest_invoice"], "paid"
	case !subscribes && (how == "pay" || how == "later"):
		status := map[string]string{"pay": "succeeded", "later": "processing"}[how]
		intent := s.charge(session["customer"], number(session, "amount_total"), text(session, "currency"), nest(nest(session, "data"), "metadata"), status)
		session["payment_intent"] = intent["id"]
		if how == "pay" {
			session["payment_status"] = "paid"
			s.packInvoice(session)
		}
	default:
		return refuse(http.StatusBadRequest, "", "A %s cannot be ended by %q.", text(session, "mode"), how)
	}
	session["status"] = "complete"
	s.happened("checkout.session.completed", session)
	return nil
}

// packInvoice is a pack's receipt.
func (s *Server) packInvoice(session object) {
	invoice := s.invoice(session["customer"], number(session, "amount_total"), text(session, "currency"), "manual", "paid")
	session["invoice"] = invoice["id"]
	s.happened("invoice.paid", invoice)
}

// arrive ends what was promised: the money came, or it did not.
func (s *Server) arrive(intent object, came bool) error {
	if text(intent, "status") != "processing" {
		return refuse(http.StatusBadRequest, "", "Nothing is on its way.")
	}
	event := "checkout.session.async_payment_failed"
	intent["status"] = "requires_payment_method"
	if came {
		event, intent["status"] = "checkout.session.async_payment_succeeded", "succeeded"
	}
	s.collect(intent)
	for _, session := range s.of("checkout.session", func(o object) bool { return o["payment_intent"] == intent["id"] }) {
		if came {
			session["payment_status"] = "paid"
			s.packInvoice(session)
		}
		s.happened(event, session)
	}
	return nil
}

func (s *Server) invoice(customer any, amount int64, currency, reason, status string) object {
	invoice := s.made("in_", "invoice", object{"customer": customer, "amount_due": amount, "amount_paid": int64(0), "currency": currency, "billing_reason": reason, "status": status,
		"lines": object{"object": "list", "data": []any{}}, "payments": object{"object": "list", "data": []any{}}})
	if status == "paid" {
		invoice["amount_paid"] = amount
	}
	invoice["hosted_invoice_url"] = s.base + "/receipts/" + text(invoice, "id")
	return invoice
}

// refund gives back a payment, all that is left of it unless an amount is said.
func (s *Server) refund(params object) (object, error) {
	chargeID := text(params, "charge")
	if intent := text(params, "payment_intent"); intent != "" {
		o, err := s.get("payment_intent", intent)
		if err != nil {
			return nil, err
		}
		chargeID = text(o, "latest_charge")
	}
	charge, err := s.get("charge", chargeID)
	if err != nil {
		return nil, err
	}
	left := number(charge, "amount") - number(charge, "amount_refunded")
	amount := left
	if params["amount"] != nil {
		amount = number(params, "amount")
	}
	switch {
	case charge["paid"] != true:
		return nil, refuse(http.StatusBadRequest, "charge_not_refundable", "This charge was not paid.")
	case left == 0:
		return nil, refuse(http.StatusBadRequest, "charge_already_refunded", "Charge %s has already been refunded.", chargeID)
	case amount <= 0 || amount > left:
		return nil, refuse(http.StatusBadRequest, "", "Refund amount (%d) is greater than unrefunded amount on charge (%d)", amount, left)
	}
	charge["amount_refunded"] = number(charge, "amount_refunded") + amount
	charge["refunded"] = amount == left
	made := s.made("re_", "refund", object{"charge": chargeID, "payment_intent": charge["payment_intent"], "amount": amount, "currency": charge["currency"], "status": "succeeded"})
	s.happened("refund.created", made)
	s.happened("charge.refunded", charge)
	return made, nil
}

// failRefund takes a refund back that the bank refused.
func (s *Server) failRefund(refund object) error {
	if text(refund, "status") != "succeeded" {
		return refuse(http.StatusBadRequest, "", "It has failed already.")
	}
	charge, err := s.get("charge", text(refund, "charge"))
	if err != nil {
		return err
	}
	refund["status"] = "failed"
	charge["amount_refunded"], charge["refunded"] = number(charge, "amount_refunded")-number(refund, "amount"), false
	s.happened("refund.updated", refund)
	s.happened("refund.failed", refund)
	return nil
}

// dispute asks a payment back by its bank; an inquiry moves no money.
func (s *Server) dispute(charge object, inquiry bool) object {
	d := s.made("du_", "dispute", object{"charge": charge["id"], "payment_intent": charge["payment_intent"], "amount": charge["amount"], "currency": charge["currency"],
		"status": "needs_response", "reason": "fraudulent", "balance_transactions": []any{}})
	if inquiry {
		d["status"] = "warning_needs_response"
	}
	s.happened("charge.dispute.created", d)
	if !inquiry {
		s.moved(d, -number(charge, "amount"))
		s.happened("charge.dispute.funds_withdrawn", d)
	}
	return d
}

func (s *Server) moved(d object, amount int64) {
	list, _ := d["balance_transactions"].([]any)
	d["balance_transactions"] = append(list, object{"id": "txn_" + text(d, "id"), "object": "balance_transaction", "amount": amount, "currency": d["currency"]})
}

// decide ends a dispute.
func (s *Server) decide(d object, won bool) error {
	switch status := text(d, "status"); {
	case status == "warning_needs_response":
		d["status"] = "warning_closed"
	case status != "needs_response":
		return refuse(http.StatusBadRequest, "", "It is decided.")
	case won:
		d["status"] = "won"
		s.moved(d, number(d, "amount"))
		s.happened("charge.dispute.funds_reinstated", d)
	default:
		d["status"] = "lost"
	}
	s.happened("charge.dispute.closed", d)
	return nil
}

// month is one month after a moment, on the day of the anchor, or the last that the month has.
func month(from, anchor time.Time) time.Time {
	first := time.Date(from.Year(), from.Month()+1, 1, anchor.Hour(), anchor.Minute(), anchor.Second(), 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(anchor.Day(), last)-1)
}
