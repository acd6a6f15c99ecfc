package http_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
)

const largeRoom, largeRoomOnline = 5000, 1000

// crowd fills a room with members, of whom some have a socket open.
func crowd(t *testing.T, h *optest.House, path string) id.ID {
	t.Helper()
	roomID, err := id.Parse(strings.TrimPrefix(path, "/rooms/"))
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`INSERT INTO users (id, username, email, display_name)
			SELECT gen_random_uuid(), 'crowd-' || n, 'crowd-' || n || '@example.com', 'Crowd ' || n FROM generate_series(2, $1::int) n`,
		`INSERT INTO room_members (room_id, user_id, role, version) SELECT $1::uuid, id, 'member', 1 FROM users WHERE username LIKE 'crowd-%'`,
	} {
		var arg any = largeRoom
		if strings.Contains(sql, "room_members") {
			arg = roomID
		}
		if _, err := h.DB.Exec(t.Context(), sql, arg); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := h.DB.Query(t.Context(), `SELECT id FROM users WHERE username LIKE 'crowd-%' ORDER BY username LIMIT $1`, largeRoomOnline)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	sockets := dynamodb.Connections{Table: h.Table}
	for n := 0; rows.Next(); n++ {
		var person id.ID
		if err := rows.Scan(&person); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		if err := sockets.Put(t.Context(), realtime.Connection{ID: fmt.Sprintf("socket-%d", n), UserID: person, SessionID: id.New(), OpenedAt: now, SeenAt: now}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.DB.Exec(t.Context(), `ANALYZE`); err != nil {
		t.Fatal(err)
	}
	return roomID
}

// arrivals is a hub that only notes when it was posted to.
type arrivals struct {
	mu sync.Mutex
	at []time.Time
}

func (a *arrivals) Post(context.Context, string, []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = append(a.at, time.Now())
	return nil
}

// What a push to a large room takes but for the posting itself: reading who is in it, and which sockets they have.
func TestFigureFanOutToALargeRoom(t *testing.T) {
	h := figures(t)
	token, path := newRoom(t, h, "aki")
	roomID := crowd(t, h, path)
	table := h.Table
	count := dynamotest.Counted(&table)
	var first, last []time.Duration
	var requests int64
	const rounds = 10
	for range rounds {
		if w := h.Call(token, "POST", path+"/messages", body{"client_message_id": key(), "content": "hello, everybody"}); w.Code != 201 {
			t.Fatal(w.Body)
		}
		var number int64
		if err := h.DB.QueryRow(t.Context(), `SELECT event FROM room_sequences WHERE room_id = $1`, roomID).Scan(&number); err != nil {
			t.Fatal(err)
		}
		hub := &arrivals{}
		f := fanout.FanOut{Store: postgres.Logs{DB: h.DB}, Heads: dynamodb.Heads{Table: table}, Memberships: dynamodb.Memberships{Table: table},
			Connections: dynamodb.Connections{Table: table}, Denials: dynamodb.Denials{Table: table}, Hub: hub,
			Budget: realtime.NewLocalBudget(100_000, time.Now), Frames: wire.Frames{}}
		before := count.Load()
		began := time.Now()
		if err := f.Push(t.Context(), outbox.Push{Stream: event.RoomStream(roomID).String(), From: number, To: number}); err != nil {
			t.Fatal(err)
		}
		requests += count.Load() - before
		if len(hub.at) != largeRoomOnline {
			t.Fatalf("%d sockets were told", len(hub.at))
		}
		first, last = append(first, hub.at[0].Sub(began)), append(last, hub.at[len(hub.at)-1].Sub(began))
	}
	print("a push to 1,000 sockets, 5,000 members: the first", first)
	print("a push to 1,000 sockets, 5,000 members: the last", last)
	fmt.Printf("%-58s %8d\n", "its requests to DynamoDB", requests/rounds)
	eightSenders(t, h, path, "the room of 5,000, 8 senders, in process, "+durability(t, h)+" (goal: ≥ 900)")
}
