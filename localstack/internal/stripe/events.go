package stripe

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// after is how long one waits before a webhook is repeated, as Stripe does in its test mode and beyond: a few times at growing
// distances, then every hour for the rest of three days.
var after = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour}

const repeats = 72

// happened tells everybody who listens; the lock is held.
func (s *Server) happened(what string, o object) {
	event := s.made("evt_", "event", object{"type": what, "data": object{"object": deep(o)}, "pending_webhooks": 1})
	s.deliver(event)
}

// deliver sends an event to each endpoint that wants it and has not heard it, until it does; the lock is held.
func (s *Server) deliver(event object) {
	heard, _ := event["heard"].([]any)
	for _, endpoint := range s.of("webhook_endpoint", nil) {
		wanted, _ := endpoint["enabled_events"].([]any)
		if !slices.Contains(wanted, event["type"]) || slices.Contains(heard, endpoint["id"]) {
			continue
		}
		event["api_version"] = endpoint["api_version"]
		sent := object{}
		for name, value := range event {
			if name != "heard" {
				sent[name] = value
			}
		}
		payload, err := json.Marshal(sent)
		if err != nil {
			continue
		}
		id, address, secret := endpoint["id"], text(endpoint, "url"), text(endpoint, "secret")
		s.work.Go(func() { s.repeat(event, id, address, secret, payload) })
	}
}

func (s *Server) repeat(event object, endpoint any, address, secret string, payload []byte) {
	for n := range repeats {
		if err := post(s.ctx, address, secret, payload); err == nil {
			s.mu.Lock()
			heard, _ := event["heard"].([]any)
			event["heard"], event["pending_webhooks"] = append(heard, endpoint), 0
			s.keep()
			s.mu.Unlock()
			return
		} else if s.ctx.Err() == nil {
			fmt.Println("webhook not heard:", event["type"], event["id"], err)
		}
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(after[min(n, len(after)-1)]):
		}
	}
}

func post(ctx context.Context, address, secret string, payload []byte) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Stripe-Signature", Sign(secret, payload, time.Now()))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // nothing is read
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}

// Sign is Stripe's signature of a payload.
func Sign(secret string, payload []byte, at time.Time) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%d.%s", at.Unix(), payload)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
}
