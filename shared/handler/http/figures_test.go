package http_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
)

// The figures of `make bench` that need no cloud: printed, never asserted.

func figures(t *testing.T) *optest.House {
	if os.Getenv("YORIAI_BENCH") == "" {
		t.Skip("a measurement: make bench")
	}
	return optest.New(t)
}

// durability says whether a commit of this server is on the disk before it is answered, as the server itself tells.
func durability(t *testing.T, h *optest.House) string {
	t.Helper()
	var durable bool
	if err := h.DB.QueryRow(t.Context(), `SELECT current_setting('fsync')::boolean AND current_setting('synchronous_commit') = 'on'`).Scan(&durable); err != nil {
		t.Fatal(err)
	}
	if durable {
		return "durable"
	}
	return "without fsync"
}

func print(name string, list []time.Duration) {
	slices.Sort(list)
	fmt.Printf("%-58s p50 %8.2f ms   p99 %8.2f ms   n %d\n", name, ms(list[len(list)/2]), ms(list[len(list)*99/100]), len(list))
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

func TestFigureSendMessageInProcess(t *testing.T) {
	h := figures(t)
	token, path := newRoom(t, h, "aki")
	send := func(more body) time.Duration {
		b := body{"client_message_id": key(), "content": "hello, what shall we eat tonight?"}
		maps.Copy(b, more)
		began := time.Now()
		w := h.Call(token, "POST", path+"/messages", b)
		took := time.Since(began)
		if w.Code != 201 {
			t.Fatal(w.Body)
		}
		return took
	}
	for range 50 {
		send(nil)
	}
	var plain, asking, privately []time.Duration
	for range 1000 {
		plain = append(plain, send(nil))
	}
	for range 200 {
		// In turn, so that both meet the same weather.
		asking = append(asking, send(body{"ai": body{}}))
		privately = append(privately, send(body{"ai": body{}, "visibility": "private"}))
		if _, err := h.DB.Exec(t.Context(), `UPDATE ai_generations SET status = 'cancelled', settled_at = now() WHERE settled_at IS NULL`); err != nil {
			t.Fatal(err)
		}
	}
	print("sendMessage in process, "+durability(t, h)+" (goal: p50 ≤ 3)", plain)
	print("sendMessage with ai in process, "+durability(t, h), asking)
	print("the same in private (goal: not slower)", privately)
	fmt.Printf("%-58s %8.2f ×\n", "a private question against a public one", float64(privately[len(privately)/2])/float64(asking[len(asking)/2]))
}

func TestFigureOneRoomEightSenders(t *testing.T) {
	h := figures(t)
	_, path := newRoom(t, h, "aki")
	eightSenders(t, h, path, "one room, 8 senders, in process, "+durability(t, h)+" (goal: ≥ 900)")
}

// eightSenders lets eight people send into a room at once, each one message after another.
func eightSenders(t *testing.T, h *optest.House, path, what string) {
	t.Helper()
	roomID, _ := id.Parse(strings.TrimPrefix(path, "/rooms/"))
	const each = 300
	var wait sync.WaitGroup
	var tokens []string
	for i := range 8 {
		name := fmt.Sprintf("person-%d", i)
		_, token := h.Person(name)
		h.Joins(roomID, name, room.Member)
		tokens = append(tokens, token)
	}
	began := time.Now()
	for _, token := range tokens {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for range each {
				if w := h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "hello"}); w.Code != 201 {
					t.Error(w.Body)
					return
				}
			}
		}()
	}
	wait.Wait()
	fmt.Printf("%-58s %8.0f messages/s\n", what, 8*each/time.Since(began).Seconds())
}

// Two databases in turn, so that both meet the same weather: a room of 1,000 messages in one partition, and a room of
// 1,000,000 over sixty.
func TestFigureListMessages(t *testing.T) {
	type place struct {
		*optest.House
		token, path, middle string
		newest, inMiddle    []time.Duration
	}
	sizes := []struct{ count, months int }{{1000, 1}, {1_000_000, 60}}
	var places []*place
	for _, size := range sizes {
		p := &place{House: figures(t)}
		p.token, p.path = newRoom(t, p.House, "aki")
		roomID := strings.TrimPrefix(p.path, "/rooms/")
		fillRoom(t, p.House, roomID, size.months, size.count)
		p.middle = "&before=" + middleOf(t, p.House, roomID, size.count)
		places = append(places, p)
	}
	page := func(p *place, query string) time.Duration {
		began := time.Now()
		if w := p.Call(p.token, "GET", p.path+"/messages?limit=50"+query, nil); w.Code != 200 {
			t.Fatal(w.Body)
		}
		return time.Since(began)
	}
	for range 400 {
		for _, p := range places {
			p.newest, p.inMiddle = append(p.newest, page(p, "")), append(p.inMiddle, page(p, p.middle))
		}
	}
	for i, p := range places {
		of := fmt.Sprintf("page of %d messages over %d partitions", sizes[i].count, sizes[i].months)
		print("listMessages, newest "+of, p.newest)
		print("listMessages, in the middle "+of, p.inMiddle)
	}
	ratio := func(list func(p *place) []time.Duration) float64 {
		return float64(list(places[1])[200]) / float64(list(places[0])[200])
	}
	fmt.Printf("%-58s %8.2f ×, in the middle %.2f ×\n", "newest page at 1,000,000 against 1,000 (goal: ≤ 1.2)",
		ratio(func(p *place) []time.Duration { return p.newest }), ratio(func(p *place) []time.Duration { return p.inMiddle }))
}

func middleOf(t *testing.T, h *optest.House, roomID string, count int) (v string) {
	t.Helper()
	if err := h.DB.QueryRow(t.Context(), `SELECT id::text FROM messages WHERE room_id = $1::text::uuid ORDER BY id OFFSET $2 LIMIT 1`, roomID, count/2).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func fillRoom(t *testing.T, h *optest.House, roomID string, months, count int) {
	t.Helper()
	for _, sql := range []string{
		fmt.Sprintf(`SELECT ensure_message_partitions((now() - interval '%d months')::date, now()::date)`, months),
		fmt.Sprintf(`INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, token_estimate, created_at)
			SELECT (left(id_floor(at)::text, 14) || '7' || lpad(to_hex(g %% 4096), 3, '0') || '-8' || substr(md5('%s' || g), 1, 3) || '-' || substr(md5('%s' || g), 4, 12))::uuid,
			'%s', g, g + 1, (SELECT owner_id FROM rooms WHERE id = '%s'), 'human', 'completed', repeat('hello world ', 10), 34, at
			FROM (SELECT g, date_trunc('milliseconds', now() - (%d - g) * interval '%d months' / %d) AS at FROM generate_series(1, %d) g) s`,
			roomID, roomID, roomID, roomID, count, max(months-1, 1), count, count),
		fmt.Sprintf(`UPDATE room_sequences SET sequence = %d, event = %d, last_message_id = (SELECT id FROM messages WHERE room_id = '%s' ORDER BY id DESC LIMIT 1) WHERE room_id = '%s'`,
			count, count+1, roomID, roomID),
		`VACUUM ANALYZE messages`, // as a room of that age has been
	} {
		if _, err := h.DB.Exec(context.Background(), sql); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
}
