package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// Generations is replies.Store, replies.WorkerStore, and what the reaper and the sweeper read.
type Generations struct{ DB *pgxpool.Pool }

var (
	_ replies.Store       = Generations{}
	_ replies.WorkerStore = Generations{}
)

const generationColumns = `g.id, g.kind, g.message_id, coalesce(g.attempt, 0), g.room_id, g.question_id, g.asker_id, g.requested_by, g.payer_id, g.provider, g.model,
	g.visibility, g.status, g.prompt_budget, g.reply_cap, g.hold, g.weight_input, g.weight_output, g.rate_input, g.rate_cached_input, g.rate_output, coalesce(g.provider_cost_nanousd, 0), g.lease_token, g.lease_until, g.requeued_at, g.provider_called_at,
	g.first_text_at, g.stop_requested_at, g.prompt_estimate, g.partial_text, g.input_tokens, coalesce(g.cached_input_tokens, 0), g.output_tokens,
	coalesce(g.reasoning_tokens, 0), g.usage_estimated, g.charged_tokens, coalesce(g.finish_reason, ''), coalesce(g.error_code, ''), g.created_at, g.settled_at,
	g.effort, g.reasoning_allowance, g.thinking, g.covers_from, g.covers_to`

func scanGeneration(row pgx.Row) (ai.Generation, error) {
	var g ai.Generation
	var in, out, wIn, wOut *int64
	var u ai.Usage
	err := row.Scan(&g.ID, &g.Kind, &g.MessageID, &g.Number, &g.RoomID, &g.QuestionID, &g.AskerID, &g.RequestedBy, &g.PayerID, &g.Terms.Provider, &g.Terms.Model,
		&g.Visibility, &g.Status, &g.Terms.PromptBudget, &g.Terms.ReplyCap, &g.Terms.Hold, &wIn, &wOut, &g.Terms.Rates.Input, &g.Terms.Rates.CachedInput, &g.Terms.Rates.Output, &g.CostNanoUSD, &g.LeaseToken, moment{&g.LeaseUntil}, moment{&g.RequeuedAt},
		moment{&g.ProviderCalledAt}, moment{&g.FirstTextAt}, moment{&g.StopRequestedAt}, &g.PromptEstimate, &g.Text, &in, &u.CachedInputTokens, &out,
		&u.ReasoningTokens, &u.Estimated, &g.ChargedTokens, &g.FinishReason, &g.ErrorCode, moment{&g.CreatedAt}, moment{&g.SettledAt},
		&g.Terms.Effort, &g.Terms.ReasoningAllowance, &g.Thinking, &g.Covers.From, &g.Covers.To)
	if err == nil {
		g.Terms.Weights = ai.NewWeights(*wIn, *wOut)
	}
	g.Thought = u.ReasoningTokens
	if in != nil && out != nil {
		u.InputTokens, u.OutputTokens = *in, *out
		g.Usage = &u
	}
	return g, err
}

func collectGeneration(row pgx.CollectableRow) (ai.Generation, error) { return scanGeneration(row) }

// open and fenced are the conditions of every write of a worker: one that lost its lease changes nothing.
const (
	open     = ` status IN ('pending', 'streaming') `
	fenced   = ` WHERE id = $1 AND lease_token = $2 AND` + open
	newLease = ` clock_timestamp() + make_interval(secs => $3) `
)

// Lease implements replies.WorkerStore.
func (s Generations) Lease(ctx context.Context, generation, token id.ID) (ai.Generation, bool, error) {
	g, err := scanGeneration(s.DB.QueryRow(ctx, `UPDATE ai_generations g SET lease_token = $2, lease_until =`+newLease+`
		WHERE id = $1 AND`+open+`AND provider_called_at IS NULL AND (lease_until IS NULL OR lease_until < clock_timestamp())
		RETURNING `+generationColumns, generation, token, ai.LeaseTime.Seconds()))
	found, err := Found(err)
	return g, found, err
}

// Renew implements replies.WorkerStore.
func (s Generations) Renew(ctx context.Context, generation, token id.ID) (stop, held bool, err error) {
	return heard(s.DB.QueryRow(ctx, `UPDATE ai_generations SET lease_until =`+newLease+fenced+`RETURNING stop_requested_at IS NOT NULL`,
		generation, token, ai.LeaseTime.Seconds()))
}

// Call implements replies.WorkerStore.
func (s Generations) Call(ctx context.Context, generation, token id.ID, promptTokens int, summary bool) (bool, error) {
	tag, err := s.DB.Exec(ctx, `UPDATE ai_generations SET provider_called_at = clock_timestamp(), prompt_estimate = $4, used_summary = $5, lease_until =`+newLease+fenced+`
		AND provider_called_at IS NULL AND stop_requested_at IS NULL`, generation, token, ai.LeaseTime.Seconds(), promptTokens, summary)
	return tag.RowsAffected() == 1, Translate(err)
}

// Checkpoint implements replies.WorkerStore.
func (s Generations) Checkpoint(ctx context.Context, generation, token id.ID, p replies.Progress) (stop, held bool, err error) {
	return heard(s.DB.QueryRow(ctx, `UPDATE ai_generations SET partial_text = $4, reasoning_tokens = $5, thinking = $6, lease_until =`+newLease+`,
		status = CASE WHEN $4 <> '' THEN 'streaming' ELSE status END,
		first_text_at = CASE WHEN $4 <> '' THEN coalesce(first_text_at, clock_timestamp()) END`+fenced+`RETURNING stop_requested_at IS NOT NULL`,
		generation, token, ai.LeaseTime.Seconds(), p.Text, p.Thought, p.Thinking))
}

func heard(row pgx.Row) (stop, held bool, err error) {
	held, err = Found(row.Scan(&stop))
	return stop, held, err
}

// Find reads a generation with the database's clock; false if there is none.
func (s Generations) Find(ctx context.Context, generation id.ID) (g ai.Generation, now time.Time, found bool, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		b := &pgx.Batch{}
		b.Queue(`SELECT `+generationColumns+` FROM ai_generations g WHERE id = $1`, generation).QueryRow(func(row pgx.Row) error {
			var err error
			g, err = scanGeneration(row)
			found = err == nil
			return orNothing(err)
		})
		b.Queue(`SELECT clock_timestamp()`).QueryRow(func(row pgx.Row) error { return row.Scan(&now) })
		return tx.SendBatch(ctx, b).Close()
	})
	return g, now, found, err
}

// Dead lists open generations that nobody has held for over a minute, or ever took, those first that wait longest. Those
// that were given to the queue again wait there: the watchdog looks after them, and they must not hide the others.
func (s Generations) Dead(ctx context.Context, limit int) ([]id.ID, error) {
	rows, err := s.DB.Query(ctx, `SELECT id FROM ai_generations WHERE`+open+`AND coalesce(lease_until, created_at) < clock_timestamp() - interval '60 seconds'
		AND (requeued_at IS NULL OR requeued_at < clock_timestamp() - make_interval(secs => $2) OR provider_called_at IS NOT NULL)
		ORDER BY coalesce(lease_until, created_at) LIMIT $1`, limit, ai.NeverStarted.Seconds())
	return collect(rows, err, pgx.RowTo[id.ID])
}

// Unfinished says whether anything is still owed to a queue or open; a sweeper that finds nothing lets the database sleep.
func (s Generations) Unfinished(ctx context.Context) (any bool, err error) {
	err = s.DB.QueryRow(ctx, `SELECT EXISTS (SELECT FROM outbox) OR EXISTS (SELECT FROM ai_generations WHERE`+open+`) OR EXISTS (SELECT FROM jobs WHERE ended_at IS NULL)
		OR EXISTS (SELECT FROM user_news)`).Scan(&any)
	return any, Translate(err)
}

// Briefing implements replies.WorkerStore.
func (s Generations) Briefing(ctx context.Context, g ai.Generation) (b replies.Briefing, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if err := tx.QueryRow(ctx, `SELECT `+roomColumns+` FROM rooms r WHERE r.id = $1`, g.RoomID).Scan(roomFields(&b.Room)...); err != nil {
			return err
		}
		if g.Kind == ai.Summary {
			return nil
		}
		b.Question, err = messageOf(ctx, tx, g.RoomID, g.AskerID, g.QuestionID)
		return err
	})
	return b, err
}

// pair finds the AI message and its question from either's id; not_found if one of them is deleted or missing.
func pair(ctx context.Context, db DB, roomID, person, messageID id.ID) (question, answer message.Message, err error) {
	missing := fault.New(fault.NotFound, "There is no AI reply to that message.")
	m, err := messageOf(ctx, db, roomID, person, messageID)
	if err != nil {
		return question, answer, err
	}
	if m.Type == message.AI {
		answer = m
		question, err = messageOf(ctx, db, roomID, person, m.Answers)
	} else {
		question = m
		answer, err = scanMessage(db.QueryRow(ctx, messageSQL+` WHERE m.room_id = $1`+visible+answerTo, roomID, person, m.ID, answerBy(m.ID)))
		if errors.Is(err, pgx.ErrNoRows) {
			err = missing
		}
	}
	if err == nil && (!question.DeletedAt.IsZero() || !answer.DeletedAt.IsZero()) {
		err = missing
	}
	return question, answer, err
}

// Answer implements replies.Store.
func (s Generations) Answer(ctx context.Context, roomID, person, messageID id.ID) (answer message.Message, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if _, err := roomOf(ctx, tx, roomID, person); err != nil {
			return err
		}
		_, answer, err = pair(ctx, tx, roomID, person, messageID)
		return err
	})
	return answer, err
}

// Attempts implements replies.Store. The text of the attempt that the message shows stands in the message.
func (s Generations) Attempts(ctx context.Context, q replies.AttemptQuery) (page replies.AttemptPage, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if _, err := roomOf(ctx, tx, q.RoomID, q.Person); err != nil {
			return err
		}
		_, answer, err := pair(ctx, tx, q.RoomID, q.Person, q.MessageID)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+generationColumns+` FROM (SELECT *, sum(octet_length(partial_text) + octet_length(thinking)) OVER (ORDER BY attempt ROWS UNBOUNDED PRECEDING) AS running
			FROM ai_generations WHERE message_id = $1 AND attempt > $2) g WHERE running - octet_length(partial_text) - octet_length(thinking) < $3 ORDER BY attempt LIMIT $4`,
			answer.ID, q.After, messages.MaxPageBytes, q.Limit+1)
		if page.Attempts, err = collect(rows, err, collectGeneration); err != nil {
			return err
		}
		page.Attempts = page.Attempts[:min(len(page.Attempts), q.Limit)]
		for i, g := range page.Attempts {
			if g.Number == answer.Reply.ContentAttempt && g.Text == "" {
				page.Attempts[i].Text = answer.Content
			}
		}
		page.More = len(page.Attempts) > 0 && page.Attempts[len(page.Attempts)-1].Number < answer.Reply.Attempt
		return nil
	})
	return page, err
}
