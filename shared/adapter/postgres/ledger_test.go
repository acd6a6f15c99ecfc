package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// writes what is done to an account's book.
func (h *house) books(account id.ID, do func(b *ledger.Book) error) {
	h.Helper()
	n := change.Needs{Accounts: []id.ID{account}}
	if err := h.run.Change(h.Context(), n, func(s change.Situation) (*change.Plan, error) {
		p := s.Plan(id.ID{}, n)
		return p, do(p.Book(account))
	}, nil); err != nil {
		h.Fatal(err)
	}
}

// leaves gives an account exactly so many tokens to spend: everything else is held for an answer that nobody writes.
func (h *house) leaves(account id.ID, tokens int64) {
	h.Helper()
	h.books(account, func(b *ledger.Book) error {
		if b.Available() > tokens {
			b.Place(ledger.Hold{GenerationID: id.New(), AccountID: account, RoomID: h.room, UserID: account, Month: "2001-01", Amount: b.Available() - tokens})
		}
		return nil
	})
}

func (h *house) balance(account id.ID) (balance, held int64) {
	h.Helper()
	if err := h.db.QueryRow(h.Context(), `SELECT balance, held FROM token_balances WHERE account_id = $1`, account).Scan(&balance, &held); err != nil {
		h.Fatal(err)
	}
	return balance, held
}

// sound proves what holds of every account at any moment.
func (h *house) sound() {
	h.Helper()
	if n := h.number(`SELECT count(*) FROM token_balances b WHERE
		b.balance <> coalesce((SELECT sum(amount) FROM token_transactions t WHERE t.account_id = b.account_id), 0)
		OR b.balance <> coalesce((SELECT sum(remaining) FROM token_lots l WHERE l.account_id = b.account_id), 0)
		OR b.held <> coalesce((SELECT sum(amount) FROM token_holds o WHERE o.account_id = b.account_id), 0)
		OR -coalesce((SELECT sum(amount) FROM token_transactions t WHERE t.account_id = b.account_id AND kind = 'usage'), 0)
			<> coalesce((SELECT sum(charged) FROM usage_daily u WHERE u.account_id = b.account_id), 0)
		OR EXISTS (SELECT FROM (SELECT balance_after - amount AS before, coalesce(lag(balance_after) OVER (ORDER BY id), 0) AS last
			FROM token_transactions t WHERE t.account_id = b.account_id) chain WHERE before <> last)`); n != 0 {
		h.Fatalf("%d accounts do not add up", n)
	}
	if n := h.number(`SELECT count(*) FROM (SELECT room_id, user_id, month FROM member_usage WHERE month <> '2001-01') m WHERE
		(SELECT held FROM member_usage u WHERE (u.room_id, u.user_id, u.month) = (m.room_id, m.user_id, m.month)) <>
		coalesce((SELECT sum(amount) FROM token_holds o WHERE (o.room_id, o.user_id, o.month) = (m.room_id, m.user_id, m.month)), 0)`); n != 0 {
		h.Fatalf("%d members' held tokens do not add up", n)
	}
}

func (h *house) askError(person id.ID) error {
	cmd, key := h.wish(person, "why")
	cmd.Ask = &messages.Ask{}
	_, err := h.messages.Send(context.Background(), cmd, key)
	return err
}

// A hundred rooms of one payer ask at once with tokens for three answers: exactly three are stored.
func TestAHundredAsksAtOnceWithTokensForThree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ids := make([]id.ID, 100)
	for i := range ids {
		mine, _, err := h.rooms.Create(t.Context(), rooms.Create{Maker: h.master, Name: fmt.Sprint("room ", i)}, h.key(h.master, "createRoom", i))
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = mine.ID
	}
	terms, _ := ai.Quote(model, room.DefaultReply, room.DefaultEffort).Holding(ai.Size{Question: ai.Estimate("why")}, ledger.MaxBalance)
	// What is left after three whole holds is not enough for the shortest answer.
	h.leaves(h.master, 3*terms.Hold+10)
	before := h.number(`SELECT count(*) FROM messages`)
	var stored, refused atomic.Int32
	var wait sync.WaitGroup
	for _, roomID := range ids {
		wait.Go(func() {
			cmd, _ := h.wish(h.master, "why")
			cmd.RoomID, cmd.Ask = roomID, &messages.Ask{}
			switch _, err := h.messages.Send(context.Background(), cmd, change.NewKey(h.master, "sendMessage", cmd.ClientMessageID, nil, "why")); {
			case err == nil:
				stored.Add(1)
			case fault.Is(err, fault.InsufficientBalance):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if stored.Load() != 3 || refused.Load() != 97 {
		t.Fatalf("%d stored, %d refused", stored.Load(), refused.Load())
	}
	if n := h.number(`SELECT count(*) FROM messages`); n != before+6 {
		t.Fatalf("%d messages were stored", n-before)
	}
	h.sound()
}

func TestAnAnswerIsChargedOnceAndTheRestIsFreeAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	balance, _ := h.balance(h.master)
	_, answer := h.asks(h.master, "hello")
	if b, held := h.balance(h.master); b != balance || held == 0 {
		t.Fatalf("balance %d, held %d", b, held)
	}
	g := h.calls(answer.ID, 10)
	o := ai.Outcome{Status: message.Completed, Text: "hi", Finish: ai.Stop, Usage: &ai.Usage{InputTokens: 100, CachedInputTokens: 40, OutputTokens: 20, ReasoningTokens: 5}}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { h.settle(g, o) })
	}
	wait.Wait()
	// 100 · 1 + 20 · 4
	if b, held := h.balance(h.master); b != balance-180 || held != 0 {
		t.Fatalf("charged %d, held %d", balance-b, held)
	}
	if n := h.number(`SELECT count(*) FROM usage_daily WHERE generations = 1 AND input_tokens = 100 AND cached_input_tokens = 40 AND output_tokens = 20
		AND reasoning_tokens = 5 AND charged = 180 AND provider_cost_nanousd = 60 * 2000 + 40 * 500 + 20 * 8000`); n != 1 {
		t.Error("the day's usage is wrong")
	}
	h.sound()
}

// Whatever costs nothing gives back all that was held.
func TestWhatIsFree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	balance, _ := h.balance(h.master)
	for name, end := range map[string]func(question, answer message.Message){
		"stopped before the call": func(question, _ message.Message) {
			if _, _, err := h.replies.Stop(t.Context(), h.room, h.master, question.ID); err != nil {
				t.Fatal(err)
			}
		},
		"deleted before the call": func(question, _ message.Message) {
			if err := h.messages.Delete(t.Context(), h.room, h.master, question.ID); err != nil {
				t.Fatal(err)
			}
		},
		"never started": func(_, answer message.Message) {
			g := h.generation(answer.ID)
			h.passes(g, "11 minutes")
			if _, err := h.reaper.Reap(t.Context(), g); err != nil {
				t.Fatal(err)
			}
		},
		"failed before any text": func(_, answer message.Message) {
			h.works(answer, ai.Outcome{Status: message.Failed, ErrorCode: "unavailable"})
		},
	} {
		question, answer := h.asks(h.master, name)
		end(question, answer)
		if b, held := h.balance(h.master); b != balance || held != 0 {
			t.Errorf("%s: charged %d, held %d", name, balance-b, held)
		}
	}
	h.asks(h.master, "and the room")
	if err := h.rooms.Delete(t.Context(), h.room, h.master); err != nil {
		t.Fatal(err)
	}
	if b, held := h.balance(h.master); b != balance || held != 0 {
		t.Errorf("room deleted: charged %d, held %d", balance-b, held)
	}
	h.sound()
}

func TestFiveFreeFailuresAnHourAreEnough(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 5 {
		_, answer := h.asks(h.master, "fails")
		h.works(answer, ai.Outcome{Status: message.Failed, ErrorCode: "overloaded"})
	}
	var limited *fault.Error
	if err := h.askError(h.master); !errors.As(err, &limited) || limited.Code != fault.RateLimited || limited.RetryAfter <= 0 {
		t.Fatal(err)
	}
	h.exec(`UPDATE ai_generations SET settled_at = settled_at - interval '61 minutes', created_at = created_at - interval '61 minutes'`)
	if err := h.askError(h.master); err != nil {
		t.Fatal(err)
	}
}

func TestCapsBindMembersAndBudgetsTheRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	h.exec(`UPDATE room_members SET monthly_cap = 100 WHERE user_id = $1`, mei)
	before := h.number(everythingStored)
	if err := h.askError(mei); !fault.Is(err, fault.CapReached) {
		t.Fatal(err)
	}
	if h.number(everythingStored) != before {
		t.Fatal("something was stored")
	}
	if err := h.askError(h.master); err != nil {
		t.Fatalf("a member's cap binds the master: %v", err)
	}
	// A cap narrows the answer before it refuses the question: 271 + 4 · 256 is the least.
	h.exec(`UPDATE room_members SET monthly_cap = 2000 WHERE user_id = $1`, mei)
	if err := h.askError(mei); err != nil {
		t.Fatal(err)
	}
	if spent := h.number(`SELECT charged + held FROM member_usage WHERE user_id = $1`, mei); spent > 2000 || spent < 1000 {
		t.Fatalf("%d are held for a cap of 2,000", spent)
	}
	if err := h.askError(mei); !fault.Is(err, fault.CapReached) {
		t.Fatal(err)
	}
	h.exec(`UPDATE room_members SET monthly_cap = NULL`)
	h.exec(`UPDATE rooms SET monthly_budget = 3000, default_member_cap = 10`)
	if err := h.askError(mei); !fault.Is(err, fault.CapReached) {
		t.Fatal("the room's default cap does not bind a member", err)
	}
	if err := h.askError(h.master); !fault.Is(err, fault.CapReached) {
		t.Fatal("the room's budget does not bind the master", err)
	}
	h.sound()
}

func TestAFrozenAccountPaysNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.exec(`UPDATE accounts SET frozen_at = now() WHERE id = $1`, h.master)
	if err := h.askError(h.master); !fault.Is(err, fault.AccountFrozen) {
		t.Fatal(err)
	}
	h.says(h.master, "talking is free")
}

func TestTheBooksRefuseEveryChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pgtest.Fund(t, h.db, h.master, 5)
	for _, sql := range []string{`UPDATE token_transactions SET amount = 1`, `DELETE FROM token_transactions`, `TRUNCATE token_transactions`} {
		_, err := h.db.Exec(t.Context(), sql)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "42501" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
