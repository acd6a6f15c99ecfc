package stripe

import (
	"net/http"
	"regexp"
	"slices"
	"time"
)

func (s *Server) routes() {
	s.retrieve("products", "product")
	s.retrieve("prices", "price")
	s.retrieve("customers", "customer")
	s.retrieve("checkout/sessions", "checkout.session")
	s.retrieve("invoices", "invoice")
	s.retrieve("subscriptions", "subscription")
	s.retrieve("payment_intents", "payment_intent")
	s.retrieve("charges", "charge")
	s.retrieve("refunds", "refund")
	s.retrieve("disputes", "dispute")
	s.retrieve("events", "event")
	s.catalogue()
	s.customers()
	s.sessions()
	s.api("GET /v1/subscriptions", func(c call) (any, error) {
		if customer := text(c.params, "customer"); customer != "" {
			if o, err := s.get("customer", customer); err != nil || o["deleted"] != nil {
				return nil, refuse(http.StatusNotFound, "resource_missing", "No such customer: '%s'", customer)
			}
		}
		return page(s.of("subscription", func(o object) bool {
			return o["customer"] == c.params["customer"] && (text(c.params, "status") == "all" || text(o, "status") != "canceled")
		})), nil
	})
	s.api("DELETE /v1/subscriptions/{id}", func(c call) (any, error) {
		sub, err := s.get("subscription", c.r.PathValue("id"))
		if err != nil || text(sub, "status") == "canceled" {
			return nil, refuse(http.StatusNotFound, "resource_missing", "No such subscription: '%s'", c.r.PathValue("id"))
		}
		s.endSubscription(sub)
		return sub, nil
	})
	s.api("POST /v1/refunds", func(c call) (any, error) { return s.refund(c.params) })
	s.api("GET /v1/events", func(c call) (any, error) {
		types := values(c.params["types"])
		return page(s.of("event", func(o object) bool {
			return number(o, "created") >= number(nest(c.params, "created"), "gte") && (len(types) == 0 || slices.Contains(types, o["type"]))
		})), nil
	})
	s.api("/v1/", func(c call) (any, error) {
		return nil, refuse(http.StatusNotFound, "", "Unrecognized request URL (%s: %s).", c.r.Method, c.r.URL.Path)
	})
}

func (s *Server) retrieve(path, kind string) {
	s.api("GET /v1/"+path+"/{id}", func(c call) (any, error) { return s.get(kind, c.r.PathValue("id")) })
}

// catalogue is what is sold, how it is told, and the portal's settings.
func (s *Server) catalogue() {
	s.api("POST /v1/products", func(c call) (any, error) {
		if id := text(c.params, "id"); s.data.Objects[id] != nil {
			return nil, refuse(http.StatusBadRequest, "resource_already_exists", "Product already exists.")
		}
		c.params["active"] = true
		return s.made("prod_", "product", c.params), nil
	})
	s.api("GET /v1/prices", func(c call) (any, error) {
		keys := values(c.params["lookup_keys"])
		return page(s.of("price", func(o object) bool {
			return (len(keys) == 0 || slices.Contains(keys, o["lookup_key"])) && (text(c.params, "active") != "true" || o["active"] == true)
		})), nil
	})
	s.api("POST /v1/prices", func(c call) (any, error) {
		p := c.params
		if number(p, "unit_amount") <= 0 || text(p, "currency") == "" {
			return nil, refuse(http.StatusBadRequest, "parameter_invalid_integer", "Invalid unit_amount.")
		}
		if _, err := s.get("product", text(p, "product")); err != nil {
			return nil, err
		}
		for _, old := range s.of("price", func(o object) bool { return o["lookup_key"] == p["lookup_key"] }) {
			if text(p, "transfer_lookup_key") != "true" {
				return nil, refuse(http.StatusBadRequest, "", "A price already uses that lookup key.")
			}
			old["lookup_key"] = nil
		}
		delete(p, "transfer_lookup_key")
		p["unit_amount"], p["active"], p["type"] = number(p, "unit_amount"), true, "one_time"
		if p["recurring"] != nil {
			p["type"] = "recurring"
		}
		return s.made("price_", "price", p), nil
	})
	s.api("POST /v1/prices/{id}", func(c call) (any, error) {
		p, err := s.get("price", c.r.PathValue("id"))
		if err == nil && c.params["active"] != nil {
			p["active"] = text(c.params, "active") == "true"
		}
		return p, err
	})
	s.api("GET /v1/webhook_endpoints", func(call) (any, error) { return page(s.of("webhook_endpoint", nil)), nil })
	s.api("POST /v1/webhook_endpoints", func(c call) (any, error) {
		c.params["enabled_events"], c.params["status"] = values(c.params["enabled_events"]), "enabled"
		made := s.made("we_", "webhook_endpoint", c.params)
		made["secret"] = "whsec_" + text(made, "id")
		return made, nil
	})
	s.api("POST /v1/webhook_endpoints/{id}", func(c call) (any, error) {
		w, err := s.get("webhook_endpoint", c.r.PathValue("id"))
		if err == nil && c.params["enabled_events"] != nil {
			w["enabled_events"] = values(c.params["enabled_events"])
		}
		return w, err
	})
	s.api("GET /v1/billing_portal/configurations", func(call) (any, error) { return page(s.of("billing_portal.configuration", nil)), nil })
	s.api("POST /v1/billing_portal/configurations", func(c call) (any, error) {
		c.params["active"] = true
		return s.made("bpc_", "billing_portal.configuration", object{"active": true, "metadata": nest(c.params, "metadata"), "default_return_url": c.params["default_return_url"]}), nil
	})
	s.api("POST /v1/billing_portal/sessions", func(c call) (any, error) {
		if _, err := s.get("customer", text(c.params, "customer")); err != nil {
			return nil, err
		}
		made := s.made("bps_", "billing_portal.session", c.params)
		made["url"] = s.base + "/p/" + text(made, "id")
		return made, nil
	})
}

var searched = regexp.MustCompile(`metadata\['([^']*)'\]:'([^']*)'`)

func (s *Server) customers() {
	s.api("POST /v1/customers", func(c call) (any, error) {
		c.params["metadata"] = nest(c.params, "metadata")
		return s.made("cus_", "customer", c.params), nil
	})
	s.api("GET /v1/customers/search", func(c call) (any, error) {
		found := page(s.of("customer", func(o object) bool {
			for _, term := range searched.FindAllStringSubmatch(text(c.params, "query"), -1) {
				if nest(o, "metadata")[term[1]] != term[2] {
					return false
				}
			}
			return true
		}))
		found["object"], found["next_page"] = "search_result", nil
		return found, nil
	})
	s.api("DELETE /v1/customers/{id}", func(c call) (any, error) {
		o, err := s.get("customer", c.r.PathValue("id"))
		if err != nil || o["deleted"] != nil {
			return nil, refuse(http.StatusNotFound, "resource_missing", "No such customer: '%s'", c.r.PathValue("id"))
		}
		for _, sub := range s.of("subscription", func(sub object) bool { return sub["customer"] == o["id"] && text(sub, "status") != "canceled" }) {
			s.endSubscription(sub)
		}
		return s.put(object{"id": o["id"], "object": "customer", "deleted": true, "created": o["created"]}), nil
	})
}

// sessions are the pages on which one pays.
func (s *Server) sessions() {
	s.api("GET /v1/checkout/sessions", func(c call) (any, error) {
		return page(s.of("checkout.session", func(o object) bool {
			return (c.params["customer"] == nil || o["customer"] == c.params["customer"]) && (c.params["status"] == nil || o["status"] == c.params["status"])
		})), nil
	})
	s.api("POST /v1/checkout/sessions", func(c call) (any, error) {
		if _, err := s.get("customer", text(c.params, "customer")); err != nil {
			return nil, err
		}
		left := time.Until(time.Unix(number(c.params, "expires_at"), 0))
		if left < 29*time.Minute || left > 24*time.Hour {
			return nil, refuse(http.StatusBadRequest, "", "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.")
		}
		var items []any
		var total int64
		currency := ""
		for _, item := range values(c.params["line_items"]) {
			line, _ := item.(object)
			price, err := s.get("price", text(line, "price"))
			if err != nil {
				return nil, err
			}
			if (text(price, "type") == "recurring") != (text(c.params, "mode") == "subscription") {
				return nil, refuse(http.StatusBadRequest, "", "The price does not fit the mode.")
			}
			total += number(price, "unit_amount") * number(line, "quantity")
			currency = text(price, "currency")
			items = append(items, object{"id": "li_" + text(price, "id"), "object": "item", "price": price["id"], "quantity": number(line, "quantity")})
		}
		if len(items) == 0 {
			return nil, refuse(http.StatusBadRequest, "parameter_missing", "You must provide line_items.")
		}
		p := c.params
		made := s.made("cs_test_", "checkout.session", object{"customer": p["customer"], "mode": p["mode"], "status": "open", "payment_status": "unpaid", "amount_total": total,
			"currency": currency, "metadata": nest(p, "metadata"), "success_url": p["success_url"], "cancel_url": p["cancel_url"], "locale": p["locale"],
			"line_items": object{"object": "list", "data": items}, "expires_at": s.now().Add(left).Unix(),
			"data": nest(p, map[bool]string{true: "subscription_data", false: "payment_intent_data"}[text(p, "mode") == "subscription"])})
		made["url"] = s.base + "/c/" + text(made, "id")
		return made, nil
	})
	s.api("POST /v1/checkout/sessions/{id}/expire", func(c call) (any, error) {
		o, err := s.get("checkout.session", c.r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		if o["status"] != "open" {
			return nil, refuse(http.StatusBadRequest, "", "Only Checkout Sessions with a status in [\"open\"] can be expired.")
		}
		o["status"] = "expired"
		s.happened("checkout.session.expired", o)
		return o, nil
	})
}
