package stripe

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
)

//go:embed pages.html
var templates embed.FS

var views = template.Must(template.New("").Funcs(template.FuncMap{
	"money": func(o object, name string) string {
		amount, currency := number(o, name), strings.ToUpper(text(o, "currency"))
		if currency == "JPY" {
			return fmt.Sprintf("¥%d", amount)
		}
		return fmt.Sprintf("%d.%02d %s", amount/100, amount%100, currency)
	},
	"date": func(n int64) string { return time.Unix(n, 0).UTC().Format("2006-01-02 15:04") },
	"at":   func(o object, name string) int64 { return number(o, name) },
}).ParseFS(templates, "pages.html"))

// view shows a page; the lock is held by whoever reads for it.
func (s *Server) view(pattern, name string, read func(r *http.Request) (any, error)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		data, err := read(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := views.ExecuteTemplate(w, name, data); err != nil {
			fmt.Println("page:", err)
		}
	})
}

// act does what a button says and leads on; programs get JSON in place of a page.
func (s *Server) act(pattern string, do func(r *http.Request) (result object, next string, err error)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		result, next, err := do(r)
		s.keep()
		switch {
		case r.Header.Get("Accept") == "application/json":
			answer(w, result, err)
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
		default:
			http.Redirect(w, r, next, http.StatusSeeOther)
		}
	})
}

func (s *Server) pages() {
	s.view("GET /c/{session}", "checkout", func(r *http.Request) (any, error) {
		session, err := s.get("checkout.session", r.PathValue("session"))
		return object{"session": session, "declined": r.URL.Query().Get("declined"), "plan": session["mode"] == "subscription"}, err
	})
	s.act("POST /c/{session}/{how}", func(r *http.Request) (object, string, error) {
		session, err := s.get("checkout.session", r.PathValue("session"))
		if err != nil {
			return nil, "", err
		}
		how := r.PathValue("how")
		if how == "close" {
			return session, text(session, "cancel_url"), nil
		}
		if err := s.complete(session, how); err != nil {
			return nil, "", err
		}
		if how == "decline" {
			return session, "/c/" + text(session, "id") + "?declined=1", nil
		}
		return session, text(session, "success_url"), nil
	})
	s.view("GET /p/{portal}", "portal", func(r *http.Request) (any, error) {
		portal, err := s.get("billing_portal.session", r.PathValue("portal"))
		return object{"portal": portal, "plans": s.of("subscription", func(o object) bool { return o["customer"] == portal["customer"] && o["status"] != "canceled" })}, err
	})
	s.act("POST /p/{portal}/{subscription}/{how}", func(r *http.Request) (object, string, error) {
		portal, err := s.get("billing_portal.session", r.PathValue("portal"))
		if err != nil {
			return nil, "", err
		}
		sub, err := s.get("subscription", r.PathValue("subscription"))
		if err != nil || sub["customer"] != portal["customer"] || sub["status"] == "canceled" {
			return nil, "", refuse(http.StatusNotFound, "", "There is no such plan.")
		}
		sub["cancel_at_period_end"] = r.PathValue("how") == "cancel"
		s.happened("customer.subscription.updated", sub)
		return sub, "/p/" + text(portal, "id"), nil
	})
	s.view("GET /receipts/{id}", "receipt", func(r *http.Request) (any, error) {
		o := s.data.Objects[r.PathValue("id")]
		if o == nil || o["object"] != "charge" && o["object"] != "invoice" {
			return nil, refuse(http.StatusNotFound, "", "There is no such receipt.")
		}
		return o, nil
	})
	s.view("GET /{$}", "desk", func(*http.Request) (any, error) {
		return object{"now": s.now().Unix(), "charges": s.of("charge", nil), "plans": s.of("subscription", nil), "disputes": s.of("dispute", nil), "refunds": s.of("refund", nil),
			"waiting": s.of("payment_intent", func(o object) bool { return o["status"] == "processing" })}, nil
	})
	s.desk()
}

// desk is what Stripe's own dashboard, banks and time do.
func (s *Server) desk() {
	on := func(pattern, kind string, do func(r *http.Request, o object) (object, error)) {
		s.act(pattern, func(r *http.Request) (object, string, error) {
			o, err := s.get(kind, r.PathValue("id"))
			if err != nil {
				return nil, "", err
			}
			result, err := do(r, o)
			return result, "/", err
		})
	}
	s.act("POST /desk/clock", func(r *http.Request) (object, string, error) {
		to := s.now()
		switch r.FormValue("by") {
		case "month":
			to = to.AddDate(0, 1, 0)
		default:
			d, err := time.ParseDuration(r.FormValue("by"))
			if err != nil || d <= 0 {
				return nil, "", refuse(http.StatusBadRequest, "", "by is month or a duration like 24h")
			}
			to = to.Add(d)
		}
		s.turn(to)
		return object{"now": s.now().Unix()}, "/", nil
	})
	on("POST /desk/payments/{id}/{how}", "payment_intent", func(r *http.Request, o object) (object, error) { return o, s.arrive(o, r.PathValue("how") == "arrive") })
	on("POST /desk/charges/{id}/refund", "charge", func(r *http.Request, o object) (object, error) {
		params := object{"charge": o["id"]}
		if amount := r.FormValue("amount"); amount != "" {
			params["amount"] = amount
		}
		return s.refund(params)
	})
	on("POST /desk/charges/{id}/dispute", "charge", func(r *http.Request, o object) (object, error) {
		return s.dispute(o, r.FormValue("inquiry") != ""), nil
	})
	on("POST /desk/refunds/{id}/fail", "refund", func(_ *http.Request, o object) (object, error) { return o, s.failRefund(o) })
	on("POST /desk/disputes/{id}/{how}", "dispute", func(r *http.Request, o object) (object, error) { return o, s.decide(o, r.PathValue("how") == "win") })
	on("POST /desk/customers/{id}/{how}", "customer", func(r *http.Request, o object) (object, error) {
		o["declines"] = r.PathValue("how") == "decline"
		return o, nil
	})
	on("POST /desk/events/{id}/send", "event", func(_ *http.Request, o object) (object, error) {
		o["heard"] = nil
		s.deliver(o)
		return o, nil
	})
}
