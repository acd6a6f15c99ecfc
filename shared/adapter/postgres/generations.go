package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

const generationColumns = `message_id, attempt, room_id, question_id, asker_id, payer_id, provider, model, visibility, status, prompt_budget, reply_cap,
	hold, weight_input, weight_output, lease_token, lease_until, requeued_at, provider_called_at, first_text_at, stop_requested_at,
	prompt_estimate, partial_text, input_tokens, output_tokens, usage_estimated, charged_tokens, coalesce(error_code, ''), created_at, settled_at`

func scanGeneration(row pgx.Row) (ai.Generation, error) {
	var g ai.Generation
	var status, visibility string
	var in, out *int64
	var estimated bool
	err := row.Scan(&g.MessageID, &g.Number, &g.RoomID, &g.QuestionID, &g.AskerID, &g.PayerID, &g.Terms.Provider, &g.Terms.Model, &visibility, &status,
		&g.Terms.PromptBudget, &g.Terms.ReplyCap, &g.Terms.Hold, &g.Terms.Weights.Input, &g.Terms.Weights.Output, &g.LeaseToken, moment{&g.LeaseUntil},
		moment{&g.RequeuedAt}, moment{&g.ProviderCalledAt}, moment{&g.FirstTextAt}, moment{&g.StopRequestedAt}, &g.PromptEstimate, &g.Text, &in, &out,
		&estimated, &g.ChargedTokens, &g.ErrorCode, moment{&g.CreatedAt}, moment{&g.SettledAt})
	g.Status, g.Visibility = message.Status(status), message.Visibility(visibility)
	if in != nil && out != nil {
		g.Usage = &ai.Usage{InputTokens: *in, OutputTokens: *out, Estimated: estimated}
	}
	return g, err
}

// open and fenced are the conditions of every write of a worker: one that lost its lease changes nothing.
const (
	open     = ` status IN ('pending', 'streaming') `
	fenced   = ` WHERE message_id = $1 AND attempt = $2 AND lease_token = $3 AND` + open
	newLease = ` clock_timestamp() + make_interval(secs => $4) `
)

// Lease gives an attempt to a worker; false if it is settled, called, or another's.
func (s *Store) Lease(ctx context.Context, a ai.Attempt, token id.ID) (ai.Generation, bool, error) {
	g, err := scanGeneration(s.db.QueryRow(ctx, `UPDATE ai_generations SET lease_token = $3, lease_until =`+newLease+`
		WHERE message_id = $1 AND attempt = $2 AND`+open+`AND provider_called_at IS NULL AND (lease_until IS NULL OR lease_until < clock_timestamp())
		RETURNING `+generationColumns, a.MessageID, a.Number, token, ai.LeaseTime.Seconds()))
	found, err := pg.Found(err)
	return g, found, err
}

// Renew keeps a lease and hears Stop; false if the lease was lost.
func (s *Store) Renew(ctx context.Context, a ai.Attempt, token id.ID) (stop, held bool, err error) {
	return heard(s.db.QueryRow(ctx, `UPDATE ai_generations SET lease_until =`+newLease+fenced+`RETURNING stop_requested_at IS NOT NULL`,
		a.MessageID, a.Number, token, ai.LeaseTime.Seconds()))
}

// Call commits that the provider is about to be called, once and for all; false if it must not be.
func (s *Store) Call(ctx context.Context, a ai.Attempt, token id.ID, promptTokens int) (bool, error) {
	tag, err := s.db.Exec(ctx, `UPDATE ai_generations SET provider_called_at = clock_timestamp(), prompt_estimate = $5, lease_until =`+newLease+fenced+`
		AND provider_called_at IS NULL AND stop_requested_at IS NULL`, a.MessageID, a.Number, token, ai.LeaseTime.Seconds(), promptTokens)
	return tag.RowsAffected() == 1, pg.Translate(err)
}

// Checkpoint saves the text so far, renews the lease and hears Stop, in one statement; false if the lease was lost.
func (s *Store) Checkpoint(ctx context.Context, a ai.Attempt, token id.ID, text string) (stop, held bool, err error) {
	return heard(s.db.QueryRow(ctx, `UPDATE ai_generations SET partial_text = $5, lease_until =`+newLease+`,
		status = CASE WHEN $5 <> '' THEN 'streaming' ELSE status END,
		first_text_at = CASE WHEN $5 <> '' THEN coalesce(first_text_at, clock_timestamp()) END`+fenced+`RETURNING stop_requested_at IS NOT NULL`,
		a.MessageID, a.Number, token, ai.LeaseTime.Seconds(), text))
}

func heard(row pgx.Row) (stop, held bool, err error) {
	held, err = pg.Found(row.Scan(&stop))
	return stop, held, err
}

// Settle ends an attempt that the worker still holds; false if somebody else ended it.
func (s *Store) Settle(ctx context.Context, g ai.Generation, o ai.Outcome) (settled bool, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		l, err := lock(ctx, c, g.RoomID, g.AskerID)
		if err != nil {
			return err
		}
		now, err := scanGeneration(c.QueryRow(ctx, `SELECT `+generationColumns+` FROM ai_generations`+fenced+`FOR UPDATE`, g.MessageID, g.Number, g.LeaseToken))
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		w := l.begin(g.AskerID)
		s.queueSettle(ctx, w, now, o)
		settled = true
		owed, err = w.commit(ctx, c)
		return err
	})
	return settled && err == nil, owed, err
}

// queueSettle writes an end: usage and charge always, text only while both question and answer stand.
func (s *Store) queueSettle(ctx context.Context, w *change, g ai.Generation, o ai.Outcome) {
	usage, charged := price(ctx, g, o)
	w.b.Queue(`WITH texts AS (SELECT $3::text AS text WHERE NOT EXISTS (SELECT FROM messages WHERE id IN ($1, $11) AND deleted_at IS NOT NULL))
		UPDATE ai_generations SET status = $4, partial_text = coalesce((SELECT text FROM texts), ''), input_tokens = $5, output_tokens = $6,
		usage_estimated = $7, charged_tokens = $8, error_code = nullif($9, ''), settled_at = greatest(clock_timestamp(), created_at),
		first_text_at = CASE WHEN $10 THEN coalesce(first_text_at, clock_timestamp()) END WHERE message_id = $1 AND attempt = $2`,
		g.MessageID, g.Number, o.Text, string(o.Status), usage.InputTokens, usage.OutputTokens, usage.Estimated, charged, o.ErrorCode, o.Text != "", g.QuestionID)
	number := w.event(event.MessageUpdated, g.MessageID)
	w.b.Queue(`UPDATE messages SET status = $3, event = $4 WHERE id = $1 AND attempt = $2`, g.MessageID, g.Number, string(o.Status), number)
	if o.Text != "" {
		w.b.Queue(`UPDATE messages SET content = $3, content_attempt = $2, token_estimate = $4 WHERE id = $1 AND attempt = $2 AND deleted_at IS NULL
			AND NOT EXISTS (SELECT FROM messages q WHERE q.id = $5 AND q.deleted_at IS NOT NULL)`,
			g.MessageID, g.Number, o.Text, ai.Estimate(o.Text), g.QuestionID)
	}
	s.meter.Settle(ctx, w.b, g, charged)
}

// Find reads an attempt; false if there is none.
func (s *Store) Find(ctx context.Context, a ai.Attempt) (ai.Generation, time.Time, bool, error) {
	var now time.Time
	g, err := scanGeneration(s.db.QueryRow(ctx, `SELECT `+generationColumns+` FROM ai_generations WHERE message_id = $1 AND attempt = $2`, a.MessageID, a.Number))
	if err == nil {
		err = s.db.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&now)
	}
	found, err := pg.Found(err)
	return g, now, found, err
}

// Attend ends or revives an attempt that nobody holds; whatever happens meanwhile is seen under the room's lock.
func (s *Store) Attend(ctx context.Context, a ai.Attempt) (verdict ai.Verdict, owed []outbox.Row, err error) {
	g, now, found, err := s.Find(ctx, a)
	if err != nil || !found {
		return ai.Settled, nil, err
	}
	if verdict, _ = ai.Judge(g, now); verdict == ai.Settled || verdict == ai.LookAgain {
		return verdict, nil, nil
	}
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		l, err := lock(ctx, c, g.RoomID, g.AskerID)
		if err != nil {
			return err
		}
		g, err := scanGeneration(c.QueryRow(ctx, `SELECT `+generationColumns+` FROM ai_generations WHERE message_id = $1 AND attempt = $2 FOR UPDATE`,
			a.MessageID, a.Number))
		if err != nil {
			return err
		}
		if err := c.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&l.now); err != nil {
			return err
		}
		w := l.begin(g.AskerID)
		var outcome ai.Outcome
		switch verdict, outcome = ai.Judge(g, l.now); verdict {
		case ai.End:
			s.queueSettle(ctx, w, g, outcome)
		case ai.Requeue:
			w.b.Queue(`UPDATE ai_generations SET requeued_at = clock_timestamp() WHERE message_id = $1 AND attempt = $2`, a.MessageID, a.Number)
			w.owe(outbox.NewReply(outbox.Job{MessageID: a.MessageID, Attempt: a.Number}, g.PayerID))
		case ai.Settled, ai.LookAgain:
			return nil
		}
		owed, err = w.commit(ctx, c)
		return err
	})
	return verdict, owed, err
}

// Dead lists open attempts that nobody has held for over a minute, and those that nobody ever took.
func (s *Store) Dead(ctx context.Context, limit int) ([]ai.Attempt, error) {
	rows, err := s.db.Query(ctx, `SELECT message_id, attempt FROM ai_generations WHERE`+open+`AND
		(lease_until < clock_timestamp() - interval '60 seconds' OR (lease_until IS NULL AND created_at < clock_timestamp() - interval '60 seconds'))
		ORDER BY lease_until LIMIT $1`, limit)
	if err != nil {
		return nil, pg.Translate(err)
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (ai.Attempt, error) {
		var a ai.Attempt
		err := r.Scan(&a.MessageID, &a.Number)
		return a, err
	})
	return list, pg.Translate(err)
}

// Unfinished says whether anything is still owed to a queue or open; a sweeper that finds nothing lets the database sleep.
func (s *Store) Unfinished(ctx context.Context) (any bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM outbox) OR EXISTS (SELECT FROM ai_generations WHERE`+open+`)`).Scan(&any)
	return any, pg.Translate(err)
}

// Briefing reads what a prompt is built from: the room's settings and the question.
func (s *Store) Briefing(ctx context.Context, g ai.Generation) (b replies.Briefing, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		if err := c.QueryRow(ctx, `SELECT `+roomColumns+` FROM rooms r WHERE r.id = $1`, g.RoomID).Scan(roomFields(&b.Room)...); err != nil {
			return err
		}
		b.Question, err = messageOf(ctx, c, g.RoomID, g.AskerID, g.QuestionID)
		return err
	})
	return b, err
}

// History reads messages before a place that the asker may see, newest first. What the AI may see of them is decided by
// the domain.
func (s *Store) History(ctx context.Context, roomID, asker, before id.ID, limit int) (list []message.Message, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		list, err = s.earlier(ctx, c, messages.Query{RoomID: roomID, Person: asker, Before: before}, before, false, limit)
		return err
	})
	return list, err
}
