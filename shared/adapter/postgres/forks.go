package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/usecase/forks"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

// Forks is forks.Store.
type Forks struct{ DB *pgxpool.Pool }

var _ forks.Store = Forks{}

// Batch implements forks.Store. Whatever it writes hangs on the job's row, which it locks first.
func (s Forks) Batch(ctx context.Context, jobID id.ID, do func(ctx context.Context, b forks.Batch) error) error {
	return InTx(ctx, s.DB, func(tx Tx) error { return do(ctx, copying{tx, jobID}) })
}

type copying struct {
	tx    Tx
	jobID id.ID
}

// Scene implements forks.Batch.
func (c copying) Scene(ctx context.Context) (s forks.Scene, found bool, err error) {
	s.Job, err = scanJob(c.tx.QueryRow(ctx, jobSQL+` WHERE j.id = $1 FOR NO KEY UPDATE`, c.jobID))
	if found, err = Found(err); err != nil || !found {
		return s, found, err
	}
	b := &pgx.Batch{}
	one := func(sql string, args []any, to []any) {
		b.Queue(sql, args...).QueryRow(func(row pgx.Row) error { return orNothing(row.Scan(to...)) })
	}
	one(`SELECT `+roomColumns+` FROM rooms r WHERE r.id = $1`, []any{s.Job.RoomID}, roomFields(&s.Source.Room))
	one(`SELECT role FROM room_members WHERE room_id = $1 AND user_id = $2 AND removed_at IS NULL`, []any{s.Job.RoomID, s.Job.RequestedBy}, []any{&s.Source.Role})
	one(`SELECT `+roomColumns+` FROM rooms r WHERE r.id = $1`, []any{s.Job.Result}, roomFields(&s.Target))
	return s, true, c.tx.SendBatch(ctx, b).Close()
}

// copyMessages copies one range ($3 after, $4 until) of a room ($2) for a job ($1): the text of an answer with the attempt that wrote
// it, as its first. A reply whose target was not copied stands alone. A question is read as it is now: one that is not deleted now was
// not when its own batch was read. What belongs to a row is looked up row by row: a join may read all there is, once for each batch.
const copyMessages = `WITH seen AS MATERIALIZED (
		SELECT * FROM messages WHERE room_id = $2 AND id > $3 AND id <= $4 AND visibility = 'public' ORDER BY id LIMIT $5),
	kept AS MATERIALIZED (
		SELECT m.*, copy_id($1, m.id) AS copy, row_number() OVER (ORDER BY m.id) + $6 AS place, coalesce(nullif(m.content_attempt, 0), m.attempt) AS standing
		FROM seen m WHERE m.deleted_at IS NULL AND m.status IN ('completed', 'failed', 'cancelled')
			AND CASE WHEN m.type = 'ai' THEN (SELECT q.deleted_at IS NULL AND q.visibility = 'public' FROM messages q WHERE q.id = m.answers) ELSE true END),
	texts AS (
		INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, answers, reply_to, exclude_from_ai, token_estimate, attempt,
			content_attempt, edited_at, created_at, system, forwarded, copied_from)
		SELECT m.copy, $7, m.place, 1, m.sender_id, m.type,
			CASE WHEN m.type = 'ai' THEN coalesce((SELECT g.status FROM ai_generations g WHERE g.message_id = m.id AND g.attempt = m.standing), m.status) ELSE m.status END,
			m.content, copy_id($1, m.answers),
			CASE WHEN m.reply_to IS NULL THEN NULL WHEN m.reply_to IN (SELECT id FROM kept) THEN copy_id($1, m.reply_to)
				ELSE (SELECT c.id FROM messages c WHERE c.id = copy_id($1, m.reply_to)) END,
			m.exclude_from_ai, m.token_estimate, least(m.attempt, 1), least(m.content_attempt, 1), m.edited_at, m.created_at, m.system, m.forwarded, m.id
		FROM kept m),
	answers AS (
		INSERT INTO ai_generations (id, kind, message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, status, prompt_budget,
			reply_cap, weight_input, weight_output, effort, reasoning_allowance, prompt_estimate, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
			usage_estimated, charged_tokens, error_code, finish_reason, thinking, created_at, settled_at, copied)
		SELECT copy_id($1, g.id), g.kind, m.copy, 1, $7, copy_id($1, m.answers), g.asker_id, g.requested_by, g.payer_id, g.provider, g.model, g.status, g.prompt_budget,
			g.reply_cap, g.weight_input, g.weight_output, g.effort, g.reasoning_allowance, g.prompt_estimate, g.input_tokens, g.cached_input_tokens, g.output_tokens,
			g.reasoning_tokens, g.usage_estimated, g.charged_tokens, g.error_code, g.finish_reason, g.thinking, g.created_at, g.settled_at, true
		FROM kept m CROSS JOIN LATERAL (SELECT * FROM ai_generations a WHERE a.message_id = m.id AND a.attempt = m.standing OFFSET 0) g WHERE m.type = 'ai'),
	named AS (
		INSERT INTO message_mentions (message_id, room_id, kind, user_id, name)
		SELECT m.copy, $7, n.kind, n.user_id, n.name FROM kept m CROSS JOIN LATERAL (SELECT * FROM message_mentions a WHERE a.message_id = m.id OFFSET 0) n)
	SELECT (SELECT count(*) FROM seen), s.id, s.sequence, (SELECT count(*) FROM kept), (SELECT copy FROM kept ORDER BY id DESC LIMIT 1)
	FROM (SELECT id, sequence FROM seen ORDER BY id DESC LIMIT 1) s`

// Copy implements forks.Batch.
func (c copying) Copy(ctx context.Context, s forks.Scene, r forks.Range) (got forks.Copied, err error) {
	err = c.tx.QueryRow(ctx, copyMessages, c.jobID, s.Job.RoomID, lowest(r.After), r.Until, r.Limit, r.Copied, s.Target.ID).
		Scan(&got.Seen, &got.Last, &got.Sequence, &got.Rows, &got.Place)
	return got, orNothing(err)
}

// Index implements forks.Batch. The words are made from the copy's own text: the source's may have changed since.
func (c copying) Index(ctx context.Context, s forks.Scene, after id.ID, limit int) (seen int, last id.ID, err error) {
	rows, err := c.tx.Query(ctx, `SELECT id, content FROM messages WHERE room_id = $1 AND id > $2 ORDER BY id LIMIT $3`, s.Target.ID, lowest(after), limit)
	type said struct {
		id   id.ID
		text string
	}
	list, err := collect(rows, err, func(row pgx.CollectableRow) (m said, err error) { return m, row.Scan(&m.id, &m.text) })
	if err != nil || len(list) == 0 {
		return 0, after, err
	}
	b := &pgx.Batch{}
	for _, m := range list {
		if m.text != "" {
			b.Queue(`INSERT INTO message_search (message_id, room_id, sender_id, from_ai, vector) SELECT id, room_id, sender_id, type = 'ai', array_to_tsvector($2::text[])
				FROM messages WHERE id = $1 AND content <> '' ON CONFLICT DO NOTHING`, m.id, search.Lexemes(s.Target.ID, m.text))
		}
	}
	return len(list), list[len(list)-1].id, c.tx.SendBatch(ctx, b).Close()
}

// Save implements forks.Batch.
func (c copying) Save(ctx context.Context, j job.Job, copied int64, last id.ID) error {
	b := &pgx.Batch{}
	b.Queue(updateJob, jobValues(j)...)
	b.Queue(`UPDATE room_sequences SET sequence = $2, last_message_id = $3 WHERE room_id = $1`, j.Result, copied, last)
	b.Queue("COMMIT")
	return c.tx.SendBatch(ctx, b).Close()
}

// Erase implements forks.Store: the newest first, since what answers something stands behind it.
func (s Forks) Erase(ctx context.Context, roomID id.ID, limit int) (more bool, err error) {
	err = InTx(ctx, s.DB, func(tx Tx) error {
		// Nothing but the copy of a job that is over.
		var over bool
		err := tx.QueryRow(ctx, `SELECT state IN ('failed', 'cancelled') FROM jobs WHERE id = $1 FOR NO KEY UPDATE`, roomID).Scan(&over)
		if err != nil || !over {
			return orNothing(err)
		}
		rows, err := tx.Query(ctx, `SELECT id FROM messages WHERE room_id = $1 ORDER BY id DESC LIMIT $2`, roomID, limit)
		ids, err := collect(rows, err, pgx.RowTo[id.ID])
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		if more = len(ids) > 0; more {
			b.Queue(`DELETE FROM ai_generations WHERE message_id = ANY ($1::text[]::uuid[])`, texts(ids))
			b.Queue(`DELETE FROM messages WHERE id = ANY ($1::text[]::uuid[])`, texts(ids))
			b.Queue(`UPDATE jobs SET moved_at = clock_timestamp() WHERE id = $1`, roomID)
		} else {
			for _, sql := range []string{`DELETE FROM room_events WHERE room_id = $1`, `DELETE FROM room_members WHERE room_id = $1`,
				`DELETE FROM room_sequences WHERE room_id = $1`, `DELETE FROM rooms WHERE id = $1`} {
				b.Queue(sql, roomID)
			}
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return more, err
}
