package http_test

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

// limitedHouse has the limits that strangers meet, and a clock that stands unless it is told to go on.
func limitedHouse(t *testing.T) (h *optest.House, later func(time.Duration)) {
	t.Helper()
	var passed atomic.Int64
	began := time.Now()
	return optest.Limited(t, func() time.Time { return began.Add(time.Duration(passed.Load())) }), func(d time.Duration) { passed.Add(int64(d)) }
}

// untilLimited calls until it is told to wait, tells how often it was answered before, and what it was told.
func untilLimited(t *testing.T, operation string, call func() *httptest.ResponseRecorder) (answered int, wait time.Duration) {
	t.Helper()
	for answered = range 1000 {
		w := call()
		if w.Code != 429 {
			if w.Code >= 300 {
				t.Fatalf("%s: %d %s", operation, w.Code, w.Body)
			}
			continue
		}
		if out := answers(t, operation, w, 429); out["code"] != "rate_limited" {
			t.Error(out)
		}
		seconds, err := strconv.Atoi(w.Header().Get("Retry-After"))
		if err != nil || seconds < 1 {
			t.Errorf("%s: Retry-After %q", operation, w.Header().Get("Retry-After"))
		}
		return answered, time.Duration(seconds) * time.Second
	}
	t.Fatalf("%s is never limited", operation)
	return 0, 0
}

func TestWhatIsOverTheLimitChangesNothingAndConcernsNobodyElse(t *testing.T) {
	t.Parallel()
	h, later := limitedHouse(t)
	token, path := newRoom(t, h, "aki")
	_, other := h.Person("ben")
	roomID, _ := id.Parse(strings.TrimPrefix(path, "/rooms/"))
	h.Joins(roomID, "ben", room.Admin)
	sent := answers(t, "sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "x", "ai": body{}}), 201)
	question := path + "/messages/" + at(sent, "message", "id").(string)
	rows := func() (n int) {
		t.Helper()
		if err := h.DB.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM rooms) + (SELECT count(*) FROM messages) + (SELECT count(*) FROM ai_generations)
			+ (SELECT count(*) FROM room_events) + (SELECT count(*) FROM idempotency_keys) + (SELECT count(*) FROM outbox)`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		operation string
		least     int
		call      func(token string) *httptest.ResponseRecorder
	}{
		{"sendMessage", 50, func(token string) *httptest.ResponseRecorder {
			return h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "x"})
		}},
		{"regenerateReply", 15, func(token string) *httptest.ResponseRecorder {
			// Stopped first: one attempt at a time.
			answers(t, "stopReply", h.Call(other, "POST", question+"/stop", nil), 200)
			return h.Call(token, "POST", question+"/regenerate", nil, "Idempotency-Key", key())
		}},
		{"createRoom", 100, func(token string) *httptest.ResponseRecorder {
			return h.Call(token, "POST", "/rooms", body{"name": "x"}, "Idempotency-Key", key())
		}},
	} {
		answered, wait := untilLimited(t, c.operation, func() *httptest.ResponseRecorder { return c.call(token) })
		if answered < c.least {
			t.Errorf("%s: only %d at once", c.operation, answered)
		}
		if c.operation != "regenerateReply" { // whose call here stops an answer first, which is a change
			before := rows()
			for range 5 {
				if w := c.call(token); w.Code != 429 {
					t.Errorf("%s: %d", c.operation, w.Code)
				}
			}
			if after := rows(); after != before {
				t.Errorf("%s: refused calls changed %d rows", c.operation, after-before)
			}
		}
		if w := c.call(other); w.Code >= 300 {
			t.Errorf("%s by somebody else: %d %s", c.operation, w.Code, w.Body)
		}
		later(wait)
		if w := c.call(token); w.Code >= 300 {
			t.Errorf("%s after the wait: %d %s", c.operation, w.Code, w.Body)
		}
	}
}

// Whoever types and reads as fast as people can, and comes back with every tab after a break of the network, is never told
// to wait.
func TestLimitsAreForgivingToPeople(t *testing.T) {
	t.Parallel()
	h, later := limitedHouse(t)
	token, path := newRoom(t, h, "aki")
	fine := func(operation string, w *httptest.ResponseRecorder) body {
		t.Helper()
		if w.Code >= 300 {
			t.Fatalf("%s: %d %s", operation, w.Code, w.Body)
		}
		return answers(t, operation, w, w.Code)
	}
	// Three short lines in two seconds, read and re-read, for three minutes; an outbox of fifty then goes at once.
	for range 90 {
		for range 3 {
			sent := fine("sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "w"}))
			fine("markRead", h.Call(token, "PUT", path+"/read", body{"message_id": at(sent, "message", "id")}))
			fine("listChanges", h.Call(token, "GET", path+"/changes?since=1", nil))
		}
		later(2 * time.Second)
	}
	for range 5 { // as many sockets as a person may have: each asks for its ticket and catches up, five times within a minute
		for range 20 {
			fine("createRealtimeTicket", h.Call(token, "POST", "/realtime/tickets", nil))
			fine("listMyChanges", h.Call(token, "GET", "/me/changes?since=0", nil))
			fine("listRooms", h.Call(token, "GET", "/rooms", nil))
		}
		later(12 * time.Second)
	}
	later(30 * time.Second)
	for range 50 {
		fine("sendMessage", h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "w"}))
	}
}
