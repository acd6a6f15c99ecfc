package http_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

func decoded(t *testing.T, h *optest.House, token, path string, status int) (out map[string]any) {
	t.Helper()
	w := h.Call(token, "GET", path, nil)
	if w.Code != status {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestABalanceTellsWhatIsHeldAndWhatIsLeft(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	token, path := newRoom(t, h, "aki")
	b := decoded(t, h, token, "/billing/balance", 200)
	if b["balance"] != float64(optest.Tokens) || b["held"] != 0.0 || b["available"] != b["balance"] || b["frozen"] != false || len(b["lots"].([]any)) != 1 {
		t.Fatal(b)
	}
	if w := h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "hello", "ai": body{}}); w.Code != 201 {
		t.Fatal(w.Body)
	}
	b = decoded(t, h, token, "/billing/balance", 200)
	if held := b["held"].(float64); held <= 0 || b["available"] != float64(optest.Tokens)-held {
		t.Fatal(b)
	}
	// What has ended is not available, although nobody drained it yet.
	if _, err := h.DB.Exec(t.Context(), `UPDATE token_lots SET expires_at = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if b = decoded(t, h, token, "/billing/balance", 200); b["available"] != 0.0 || b["balance"] != b["held"] {
		t.Fatal(b)
	}
}

// Private questions are one line a day, from the next day on, without ids of what was asked or where.
func TestThePayerLearnsOfPrivateQuestionsTheNextDay(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	aki, token := h.Person("aki")
	mei, other := h.Person("mei")
	roomID := id.New()
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := h.DB.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	for i, visibility := range []string{"public", "private"} {
		exec(`INSERT INTO token_transactions (id, account_id, kind, amount, balance_after, source_key, actor_id, generation_id, room_id, provider, model, visibility)
			VALUES ($1, $2, 'usage', -7, 1, $3, $4, $1, $5, 'p', 'm', $6)`, id.New(), aki, fmt.Sprint("usage:", i), mei, roomID, visibility)
		for day := range 2 {
			exec(`INSERT INTO usage_daily (account_id, day, room_id, user_id, provider, model, visibility, kind, generations, input_tokens, charged)
				VALUES ($1, (now() AT TIME ZONE 'UTC')::date - $2::int, $3, $4, 'p', 'm', $5, 'reply', 1, 10, 100)`, aki, day, roomID, mei, visibility)
		}
	}
	items := decoded(t, h, token, "/billing/transactions", 200)["items"].([]any)
	var private, public int
	for _, item := range items {
		line := item.(map[string]any)
		switch {
		case line["private"] == true:
			private++
			if line["amount"] != -100.0 || line["room_id"] != nil || line["user_id"] != mei.String() || line["model"] != "m" {
				t.Error(line)
			}
		case line["kind"] == "usage":
			public++
			if line["amount"] != -7.0 || line["room_id"] != roomID.String() {
				t.Error(line)
			}
		}
	}
	if private != 1 || public != 1 || len(items) != 3 {
		t.Fatal(items)
	}
	// Pages do not lose or repeat a line.
	var seen []string
	for cursor := ""; ; {
		page := decoded(t, h, token, "/billing/transactions?limit=1"+cursor, 200)
		for _, item := range page["items"].([]any) {
			seen = append(seen, item.(map[string]any)["id"].(string))
		}
		next, more := page["next_cursor"].(string)
		if !more {
			break
		}
		cursor = "&cursor=" + next
	}
	if len(seen) != 3 || seen[0] == seen[1] || seen[1] == seen[2] {
		t.Error(seen)
	}
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format(time.DateOnly) }
	report := decoded(t, h, token, "/billing/usage?group=day&from="+day(1)+"&to="+day(0), 200)["items"].([]any)
	if len(report) != 2 || report[0].(map[string]any)["charged_tokens"] != 200.0 || report[1].(map[string]any)["charged_tokens"] != 100.0 {
		t.Error(report)
	}
	report = decoded(t, h, token, "/billing/usage?group=room&from="+day(1)+"&to="+day(0), 200)["items"].([]any)
	if len(report) != 2 || report[0].(map[string]any)["key"] != "" || report[1].(map[string]any)["charged_tokens"] != 200.0 {
		t.Error(report)
	}
	if others := decoded(t, h, other, "/billing/usage?group=day&from="+day(1)+"&to="+day(0), 200)["items"].([]any); len(others) != 0 {
		t.Error("somebody else's usage:", others)
	}
	w := h.Call(token, "GET", "/billing/transactions?format=csv&limit=2", nil)
	rows := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") || len(rows) != 3 || w.Header().Get("Next-Cursor") == "" || !strings.HasPrefix(rows[0], "id,created_at,kind,amount") {
		t.Error(w.Code, w.Header(), w.Body)
	}
}

func TestQuestionsAboutMoneyThatAreRefused(t *testing.T) {
	t.Parallel()
	h := optest.New(t)
	_, token := h.Person("aki")
	for path, status := range map[string]int{
		"/billing/transactions?cursor=x":                                   400,
		"/billing/transactions?limit=0":                                    400,
		"/billing/transactions?format=xml":                                 422,
		"/billing/usage":                                                   422,
		"/billing/usage?group=day&from=2026-11-02&to=2026-11-01":           422,
		"/billing/usage?group=day&from=2025-01-01&to=2026-11-01":           422,
		"/billing/usage?group=day;drop&from=2026-11-01&to=2026-11-01":      422,
		"/billing/usage?group=hour&from=2026-11-01&to=2026-11-01":          422,
		"/billing/usage?group=day&from=2026-13-01&to=2026-13-01":           422,
		"/billing/usage?group=model&from=2026-11-01T00:00:00Z&to=tomorrow": 422,
	} {
		decoded(t, h, token, path, status)
	}
}
