package postgres_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// The figures of the ledger: printed, never asserted.

func figures(t *testing.T) *house {
	t.Helper()
	if os.Getenv("YORIAI_BENCH") == "" {
		t.Skip("a measurement: make bench")
	}
	h := newHouse(t)
	h.exec(`SET synchronous_commit = on`)
	return h
}

func TestFigureOnePayerManyRooms(t *testing.T) {
	h := figures(t)
	pgtest.Fund(t, h.db, h.master, 1_000_000_000)
	const places, each = 200, 3
	ids := make([]id.ID, places)
	for i := range ids {
		mine, _, err := h.rooms.Create(t.Context(), rooms.Create{Maker: h.master, Name: fmt.Sprint("room ", i)}, h.key(h.master, "createRoom", i))
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = mine.ID
	}
	began := time.Now()
	var wait sync.WaitGroup
	for _, roomID := range ids {
		wait.Go(func() {
			for range each {
				cmd, _ := h.wish(h.master, "why")
				cmd.RoomID, cmd.Ask = roomID, &messages.Ask{}
				if _, err := h.messages.Send(context.Background(), cmd, change.NewKey(h.master, "sendMessage", cmd.ClientMessageID, nil, "why")); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	fmt.Printf("%-58s %8.0f asks/s\n", "one payer, 200 rooms asked at once, in process (goal: ≥ 300)", places*each/time.Since(began).Seconds())
	h.sound()
}

func TestFigureProveBooks(t *testing.T) {
	h := figures(t)
	const accounts, each = 1000, 1000
	h.exec(`INSERT INTO users (id, username, email, display_name) SELECT gen_random_uuid(), 'payer-' || g, 'p@example.com', 'P' FROM generate_series(1, $1) g`, accounts)
	h.exec(`INSERT INTO token_transactions (id, account_id, kind, amount, balance_after, source_key)
		SELECT ('0192' || lpad(to_hex(g), 8, '0') || '7000' || left(md5(a.id::text), 16))::uuid, a.id, 'grant', 1, g, a.id || ':' || g
		FROM users a, generate_series(1, $1) g WHERE a.username LIKE 'payer-%'`, each)
	h.exec(`INSERT INTO token_lots (id, account_id, source, source_key, granted, remaining) SELECT gen_random_uuid(), id, 'grant', id, $1, $1 FROM users WHERE username LIKE 'payer-%'`, each)
	h.exec(`UPDATE token_balances SET balance = $1, last_transaction_id = (SELECT max(id::text)::uuid FROM token_transactions t WHERE t.account_id = token_balances.account_id)
		WHERE account_id IN (SELECT id FROM users WHERE username LIKE 'payer-%')`, each)
	h.exec(`VACUUM ANALYZE`)
	began := time.Now()
	if done, err := maintenance.ProveBooks(t.Context(), postgres.Books{DB: h.db}); err != nil {
		t.Fatal(done, err)
	}
	fmt.Printf("%-58s %8.2f s\n", "prove the books, 1,000,000 entries (goal: ≤ 10)", time.Since(began).Seconds())
}
