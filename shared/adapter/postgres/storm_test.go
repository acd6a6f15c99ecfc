package postgres_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// Many people ask, settle, stop, ask again, delete, revoke and let lots expire at once, on many connections: whatever
// interleaves, the books add up, and nothing is held once all has ended.
func TestTheBooksAddUpWhateverInterleaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	people := []id.ID{h.master, h.joins("mei", room.Admin), h.joins("ren", room.Admin), h.joins("yui", room.Member)}
	h.exec(`UPDATE room_members SET monthly_cap = 40000 WHERE user_id = $1`, people[3])
	allowed := func(err error) {
		for _, code := range []fault.Code{"", fault.InsufficientBalance, fault.CapReached, fault.GenerationRunning, fault.NotFound, fault.RateLimited, fault.Conflict, fault.Forbidden} {
			if fault.CodeOf(err) == code {
				return
			}
		}
		t.Error(err)
	}
	var mu sync.Mutex
	var questions []id.ID
	one := func(dice *rand.Rand) id.ID {
		mu.Lock()
		defer mu.Unlock()
		if len(questions) > 0 {
			return questions[dice.IntN(len(questions))]
		}
		return id.New() // nobody asked it
	}
	ctx := context.Background()
	step := func(dice *rand.Rand) {
		person, question := people[dice.IntN(len(people))], one(dice)
		switch dice.IntN(8) {
		case 0, 1:
			cmd, key := h.wish(person, "why")
			cmd.Ask = &messages.Ask{}
			sent, err := h.messages.Send(ctx, cmd, key)
			allowed(err)
			if err == nil {
				mu.Lock()
				questions = append(questions, sent.Message.ID)
				mu.Unlock()
			}
		case 2, 3, 4:
			h.endsOne(dice)
		case 5:
			_, _, err := h.replies.Stop(ctx, h.room, h.master, question)
			allowed(err)
		case 6:
			_, _, err := h.replies.Regenerate(ctx, replies.Regenerate{RoomID: h.room, QuestionID: question, Person: person}, h.key(person, "regenerateReply", ""))
			allowed(err)
		case 7:
			if dice.IntN(3) == 0 {
				allowed(h.messages.Delete(ctx, h.room, h.master, question))
				return
			}
			h.changesLots(dice)
		}
	}
	var wait sync.WaitGroup
	for seed := range uint64(8) {
		wait.Go(func() {
			dice := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // a test's dice
			for range 40 {
				step(dice)
			}
		})
	}
	wait.Wait()
	h.sound()
	for h.number(`SELECT count(*) FROM ai_generations WHERE settled_at IS NULL`) > 0 {
		h.endsOne(rand.New(rand.NewPCG(9, 9))) //nolint:gosec // a test's dice
	}
	h.sound()
	if done, err := maintenance.ProveBooks(t.Context(), postgres.Books{DB: h.db}); err != nil {
		t.Fatal(done, err)
	}
	if _, held := h.balance(h.master); held != 0 {
		t.Errorf("%d are held for nothing", held)
	}
	if n := h.number(`SELECT count(*) FROM member_usage WHERE held <> 0`); n != 0 {
		t.Errorf("%d members hold something", n)
	}
	if n := h.number(`SELECT count(*) FROM ai_generations g WHERE g.charged_tokens > g.hold OR g.charged_tokens <> coalesce((SELECT -amount FROM token_transactions WHERE generation_id = g.id), 0)`); n != 0 {
		t.Errorf("%d answers were charged otherwise than their books say", n)
	}
	h.dense()
}

// endsOne ends an open attempt as a worker would: called or not, with text or without.
func (h *house) endsOne(dice *rand.Rand) {
	var generation id.ID
	if err := h.db.QueryRow(context.Background(), `SELECT id FROM ai_generations WHERE settled_at IS NULL ORDER BY random() LIMIT 1`).Scan(&generation); err != nil {
		return
	}
	g, _, found, err := h.generations.Find(context.Background(), generation)
	if err != nil || !found {
		return
	}
	if token := id.New(); g.LeaseToken.IsZero() {
		if leased, ok, err := h.generations.Lease(context.Background(), generation, token); err == nil && ok {
			g = leased
		}
	}
	if dice.IntN(4) > 0 {
		_, _ = h.generations.Call(context.Background(), g.ID, g.LeaseToken, 10, false)
	}
	o := []ai.Outcome{
		{Status: message.Completed, Text: "because", Finish: ai.Stop, Usage: &ai.Usage{InputTokens: dice.Int64N(3000), OutputTokens: dice.Int64N(9000)}},
		{Status: message.Cancelled, Text: "so"}, {Status: message.Failed, ErrorCode: "timeout", Text: "half"}, {Status: message.Failed, ErrorCode: ai.EmptyReply, Finish: ai.Length},
	}[dice.IntN(4)]
	n := change.ToEnd(g)
	if err := h.run.Change(context.Background(), n, func(s change.Situation) (*change.Plan, error) {
		if s.Generation == nil || !s.Generation.Status.Open() {
			return nil, nil
		}
		p := s.Plan(g.AskerID, n)
		p.End(*s.Generation, o, s.Question, s.Answer)
		return p, nil
	}, nil); err != nil {
		h.Error(err)
	}
}

// changesLots gives tokens that end at once or never, or takes a lot back.
func (h *house) changesLots(dice *rand.Rand) {
	n := change.Needs{Accounts: []id.ID{h.master}}
	if err := h.run.Change(context.Background(), n, func(s change.Situation) (*change.Plan, error) {
		p := s.Plan(id.ID{}, n)
		b := p.Book(h.master)
		if len(b.Lots) > 1 && dice.IntN(2) == 0 {
			b.Revoke(b.Lots[dice.IntN(len(b.Lots))].ID)
			return p, nil
		}
		g := ledger.Grant{Kind: ledger.Purchased, Source: ledger.FromPurchase, Key: id.New().String(), Amount: 1 + dice.Int64N(50_000)}
		if dice.IntN(2) == 0 {
			g.ExpiresAt = s.AccountsAt.Add(1 + 1_000_000*1_000)
		}
		return p, b.Grant(g)
	}, nil); err != nil {
		h.Error(err)
	}
}
