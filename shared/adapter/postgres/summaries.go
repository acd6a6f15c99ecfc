package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

const summaryColumns = `s.from_message_id, s.to_message_id, s.text, s.tokens`

func scanSummary(row pgx.Row) (s ai.RoomSummary, err error) {
	return s, row.Scan(&s.From, &s.To, &s.Text, &s.Tokens)
}

// Summary implements replies.History.
func (s Generations) Summary(ctx context.Context, roomID, before, notBefore id.ID) (ai.RoomSummary, bool, error) {
	found, err := scanSummary(s.DB.QueryRow(ctx, `SELECT `+summaryColumns+` FROM message_context_summaries s
		WHERE room_id = $1 AND to_message_id < $2 AND from_message_id >= $3 ORDER BY to_message_id DESC LIMIT 1`, roomID, before, lowest(notBefore)))
	any, err := Found(err)
	return found, any, err
}

// UsedSummary implements replies.Store. The attempt that used it does not name it: it is the last that was made before the call, of
// those that end before the question. Where that one is forgotten, an older one that still stands was not what was sent.
func (s Generations) UsedSummary(ctx context.Context, roomID, person, messageID id.ID) (used ai.WrittenSummary, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if _, err := roomOf(ctx, tx, roomID, person); err != nil {
			return err
		}
		question, answer, err := pair(ctx, tx, roomID, person, messageID)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT `+summaryColumns+`, s.provider, s.model, s.created_at FROM message_context_summaries s WHERE s.generation_id = (
			SELECT made.id FROM ai_generations made, ai_generations g
			WHERE g.message_id = $2 AND g.attempt = $3 AND g.used_summary AND made.room_id = $1 AND made.kind = 'summary' AND made.status = 'completed'
				AND made.settled_at <= g.provider_called_at AND made.covers_to < $4 ORDER BY made.settled_at DESC LIMIT 1)`,
			roomID, answer.ID, answer.Reply.Attempt, question.ID).
			Scan(&used.From, &used.To, &used.Text, &used.Tokens, &used.Provider, &used.Model, moment{&used.CreatedAt})
		if errors.Is(err, pgx.ErrNoRows) {
			err = fault.New(fault.NotFound, "No summary is kept of what that answer was given.")
		}
		return err
	})
	return used, err
}

// Said implements replies.WorkerStore.
func (s Generations) Said(ctx context.Context, roomID, after, to id.ID, limit int) (list []message.Message, err error) {
	rows, err := s.DB.Query(ctx, `SELECT `+historyColumns+` FROM messages m LEFT JOIN users u ON u.id = m.sender_id
		WHERE m.room_id = $1 AND m.visibility = 'public' AND m.id > $2 AND m.id <= $3 ORDER BY m.id LIMIT $4`, roomID, lowest(after), to, limit)
	return collect(rows, err, func(row pgx.CollectableRow) (message.Message, error) { return scanHistory(row) })
}

// mostPieces is how far a backlog is read: what is more waits for the summary after the next.
const mostPieces = 2000

// backlog reads what no summary covers, up to the first answer that is being written: what it will say, no summary may miss.
func (l *loading) backlog() {
	if !l.n.Backlog {
		return
	}
	l.one(`SELECT `+summaryColumns+` FROM message_context_summaries s WHERE room_id = $1 ORDER BY to_message_id DESC LIMIT 1`, []any{l.n.RoomID}, func(row pgx.Row) error {
		s, err := scanSummary(row)
		if err == nil {
			l.s.Backlog.Last = &s
		}
		return err
	})
	l.b.Queue(`WITH bounds AS MATERIALIZED (SELECT greatest(CASE WHEN r.forked_from_room_id IS NULL THEN r.id ELSE '00000000-0000-0000-0000-000000000000' END, id_floor(r.ai_context_cutoff_at)) AS oldest,
			coalesce((SELECT to_message_id FROM message_context_summaries WHERE room_id = $1 ORDER BY to_message_id DESC LIMIT 1), '00000000-0000-0000-0000-000000000000') AS covered,
			coalesce((SELECT message_id FROM ai_generations WHERE room_id = $1 AND kind = 'reply' AND visibility = 'public' AND id <> $2 AND`+open+`ORDER BY message_id LIMIT 1),
				'ffffffff-ffff-ffff-ffff-ffffffffffff') AS unsettled FROM rooms r WHERE r.id = $1)
		SELECT m.id, m.token_estimate FROM messages m WHERE m.room_id = $1 AND m.id >= (SELECT oldest FROM bounds) AND m.id > (SELECT covered FROM bounds)
			AND m.id < (SELECT unsettled FROM bounds) AND m.visibility = 'public' AND m.type <> 'system' AND m.deleted_at IS NULL AND NOT m.exclude_from_ai
			AND m.status IN ('completed', 'cancelled') AND m.content <> '' ORDER BY m.id LIMIT $3`, l.n.RoomID, l.n.Generation, mostPieces).
		Query(into(&l.s.Backlog.Pieces, func(row pgx.CollectableRow) (p ai.Piece, err error) { return p, row.Scan(&p.ID, &p.Tokens) }))
	l.one(`SELECT coalesce(bool_or(`+open+`AND id <> $2), false), count(*) FILTER (WHERE status = 'failed' AND settled_at > clock_timestamp() - make_interval(secs => $3))
		FROM ai_generations WHERE room_id = $1 AND kind = 'summary' AND (settled_at IS NULL OR settled_at > clock_timestamp() - make_interval(secs => $3))`,
		[]any{l.n.RoomID, l.n.Generation, ai.SummaryFailuresTime.Seconds()}, func(row pgx.Row) error { return row.Scan(&l.s.Backlog.Running, &l.s.Backlog.Failures) })
}

func queueSummary(b *pgx.Batch, w change.InsertSummary) {
	g, s := w.Generation, w.Summary
	b.Queue(`INSERT INTO message_context_summaries (generation_id, room_id, from_message_id, to_message_id, text, tokens, provider, model)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, g.ID, g.RoomID, s.From, s.To, s.Text, s.Tokens, g.Terms.Provider, g.Terms.Model)
}

func queueForgetting(b *pgx.Batch, w change.ForgetSummaries) {
	b.Queue(`DELETE FROM message_context_summaries WHERE room_id = $1 AND ($2::uuid IS NULL OR to_message_id >= $2 AND from_message_id <= $2)`, w.RoomID, w.MessageID)
	b.Queue(`UPDATE ai_generations SET stop_requested_at = coalesce(stop_requested_at, clock_timestamp()) WHERE room_id = $1 AND kind = 'summary' AND`+open+`
		AND ($2::uuid IS NULL OR covers_to >= $2 AND covers_from <= $2)`, w.RoomID, w.MessageID)
}
