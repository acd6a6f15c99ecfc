package postgres

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

// Messages is messages.Store.
type Messages struct{ DB *pgxpool.Pool }

var _ messages.Store = Messages{}

// The status is that of the newest attempt. While it streams, the message shows its text so far, once there is some.
const (
	streaming = `g.status = 'streaming' AND g.partial_text <> '' AND m.deleted_at IS NULL`
	textNow   = `CASE WHEN ` + streaming + ` THEN g.partial_text ELSE m.content END`

	messageSQL = messageColumns + textNow + messageRest + ` FROM messages m` + messageJoins
	// previewSQL carries the beginning of texts only.
	previewSQL = messageColumns + `left(` + textNow + `, 200)` + messageRest + ` FROM messages m` + messageJoins

	messageColumns = `SELECT m.id, m.room_id, coalesce(m.sequence, 0), m.event, m.type, coalesce(g.status, m.status), `
	messageRest    = `, m.answers, m.reply_to, m.visibility, m.visible_to, m.exclude_from_ai, m.token_estimate, m.client_message_id, m.attempt,
		CASE WHEN ` + streaming + ` THEN m.attempt ELSE m.content_attempt END, m.edited_at, m.deleted_at, coalesce(m.deleted_by, ''), m.created_at,
		u.id, coalesce(u.username, ''), coalesce(u.display_name, ''), coalesce(u.locale, ''), u.created_at,
		g.asker_id, coalesce(g.provider, ''), coalesce(g.model, ''), g.input_tokens, g.cached_input_tokens, g.output_tokens, g.reasoning_tokens,
		g.charged_tokens, g.created_at, g.settled_at, coalesce(g.error_code, ''), coalesce(g.finish_reason, ''),
		coalesce(g.thinking <> '', false), coalesce(g.used_summary, false), m.system, m.forwarded, m.shared_as, coalesce(NOT u.ai_may_read, false), ` + reactions + `, ` + mentions
	// Whoever reads messages gives $2, the person who will see them: NULL if many will.
	reactions = `(SELECT json_agg(json_build_object('Emoji', emoji, 'Count', count, 'Mine', mine, 'First', givers) ORDER BY first, emoji) FROM (
		SELECT emoji, count(*) AS count, coalesce(bool_or(user_id = $2::uuid), false) AS mine, min(created_at) AS first,
			(array_agg(user_id ORDER BY created_at, user_id))[1:5] AS givers
		FROM message_reactions WHERE message_id = m.id GROUP BY emoji) r)`
	mentions     = `(SELECT json_agg(json_build_object('Kind', kind, 'UserID', user_id, 'Name', name) ORDER BY kind, name) FROM message_mentions WHERE message_id = m.id)`
	messageJoins = ` LEFT JOIN users u ON u.id = m.sender_id LEFT JOIN ai_generations g ON g.message_id = m.id AND g.attempt = m.attempt`
)

func scanMessage(row pgx.Row) (message.Message, error) {
	var m message.Message
	var p room.Person
	var r message.Reply
	var asked, settled time.Time
	err := row.Scan(&m.ID, &m.RoomID, &m.Sequence, &m.Event, &m.Type, &m.Status, &m.Content, &m.Answers, &m.ReplyTo, &m.Visibility, &m.VisibleTo,
		&m.ExcludeFromAI, &m.TokenEstimate, &m.ClientMessageID, &r.Attempt, &r.ContentAttempt, moment{&m.EditedAt}, moment{&m.DeletedAt}, &m.DeletedBy,
		moment{&m.CreatedAt}, &p.ID, &p.Username, &p.DisplayName, &p.Locale, moment{&p.CreatedAt}, &r.AskerID, &r.Provider, &r.Model,
		&r.InputTokens, &r.CachedTokens, &r.OutputTokens, &r.Reasoning, &r.ChargedTokens, moment{&asked}, moment{&settled}, &r.ErrorCode, &r.FinishReason, &r.Thought, &r.UsedSummary,
		&m.Note, &m.Forwarded, &m.SharedAs, &m.KeptFromAI, &m.Reactions, &m.Mentions)
	if !p.ID.IsZero() {
		m.Sender = &p
	}
	if m.Type == message.AI {
		if !settled.IsZero() {
			latency := settled.Sub(asked)
			r.Latency = &latency
		}
		m.Reply = &r
	}
	return m, err
}

func collectMessage(row pgx.CollectableRow) (message.Message, error) { return scanMessage(row) }

// publicMessages reads messages for those who speak to a whole room: whatever it is asked for, nothing private is found.
func publicMessages(ctx context.Context, db DB, sql string, person id.ID, ids []id.ID) ([]message.Message, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := db.Query(ctx, sql+` WHERE m.id = ANY ($1::text[]::uuid[]) AND m.visibility = 'public' ORDER BY m.id`, texts(ids), person)
	return collect(rows, err, collectMessage)
}

// privateMessages reads one person's own private messages, in the rooms that they are in.
func privateMessages(ctx context.Context, db DB, person id.ID, ids []id.ID) ([]message.Message, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := db.Query(ctx, messageSQL+` JOIN room_members p ON p.room_id = m.room_id AND p.user_id = $2 AND p.removed_at IS NULL
		JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL
		WHERE m.id = ANY ($1::text[]::uuid[]) AND m.visibility = 'private' AND m.visible_to = $2 ORDER BY m.id`, texts(ids), person)
	return collect(rows, err, collectMessage)
}

// visible is what the person $2 may see of a room.
const visible = ` AND (m.visibility = 'public' OR m.visible_to = $2)`

// Message implements messages.Store.
func (s Messages) Message(ctx context.Context, roomID, person, messageID id.ID) (m message.Message, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if _, err := roomOf(ctx, tx, roomID, person); err != nil {
			return err
		}
		m, err = messageOf(ctx, tx, roomID, person, messageID)
		return err
	})
	return m, err
}

func messageOf(ctx context.Context, db DB, roomID, person, messageID id.ID) (message.Message, error) {
	m, err := scanMessage(db.QueryRow(ctx, messageSQL+` WHERE m.id = $3 AND m.room_id = $1`+visible, roomID, person, messageID))
	if errors.Is(err, pgx.ErrNoRows) {
		return m, fault.New(fault.NotFound, "There is no such message.")
	}
	return m, err
}

// answerTo finds the message that answers a question ($3), which stands in its question's millisecond or the next: two
// partitions at most.
const answerTo = ` AND m.answers = $3 AND m.id > $3 AND m.id < $4`

// answerBy is the bound of answerTo.
func answerBy(question id.ID) id.ID { return id.Floor(question.Time().Add(2 * time.Millisecond)) }

// Sent implements messages.Store: the first message with the client's id since the key was taken. Naming the message in
// the key would be one more write under the lock of every send.
func (s Messages) Sent(ctx context.Context, roomID id.ID, key change.Key) (sent messages.Sent, err error) {
	const clocksMayStep = time.Minute
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if _, err := roomOf(ctx, tx, roomID, key.UserID); err != nil {
			return err
		}
		client, at, err := began(ctx, tx, key)
		if err != nil {
			return err
		}
		sent.Message, err = scanMessage(tx.QueryRow(ctx, messageSQL+` WHERE m.room_id = $1`+visible+` AND m.id >= $3 AND m.sender_id = $2 AND m.client_message_id = $4
			ORDER BY m.id LIMIT 1`, roomID, key.UserID, id.Floor(at.Add(-clocksMayStep)), client))
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "There is no such message.")
		}
		if err != nil {
			return err
		}
		answer, err := scanMessage(tx.QueryRow(ctx, messageSQL+` WHERE m.room_id = $1`+visible+answerTo, roomID, key.UserID, sent.Message.ID, answerBy(sent.Message.ID)))
		if err == nil {
			sent.AIMessage = &answer
		}
		return orNothing(err)
	})
	return sent, err
}

// Shared implements messages.Store.
func (s Messages) Shared(ctx context.Context, roomID, person, messageID id.ID) (sent messages.Sent, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if _, err := roomOf(ctx, tx, roomID, person); err != nil {
			return err
		}
		sent.Message, err = scanMessage(tx.QueryRow(ctx, messageSQL+` WHERE m.room_id = $1`+visible+` AND m.id = (SELECT shared_as FROM messages
			WHERE id = coalesce((SELECT answers FROM messages WHERE id = $3), $3) AND visible_to = $2)`, roomID, person, messageID))
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "There is no such message.")
		}
		if err != nil {
			return err
		}
		answer, err := scanMessage(tx.QueryRow(ctx, messageSQL+` WHERE m.room_id = $1`+visible+answerTo, roomID, person, sent.Message.ID, answerBy(sent.Message.ID)))
		sent.AIMessage = &answer
		return err
	})
	return sent, err
}

// Page implements messages.Store, with the numbers of the same snapshot.
func (s Messages) Page(ctx context.Context, q messages.Query) (page messages.Page, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		m, err := roomOf(ctx, tx, q.RoomID, q.Person)
		if err != nil {
			return err
		}
		page.RoomEvent, page.UserEvent = m.LatestEvent, m.UserEvent
		r := reading{roomID: q.RoomID, person: q.Person, bytes: messages.MaxPageBytes, oldest: m.Oldest()}
		switch {
		case !q.After.IsZero():
			page.Messages, page.More, err = r.later(ctx, tx, q.After, q.Limit)
		case !q.Around.IsZero():
			page.Messages, page.More, err = r.around(ctx, tx, q.Around, q.Limit)
		default:
			before := q.Before
			if before.IsZero() {
				before = beyond(m.LastMessageID)
			}
			page.Messages, page.More, err = r.earlier(ctx, tx, before, false, q.Limit)
		}
		return err
	})
	return page, err
}

// reading is what one person may see of a room, up to so many bytes of text. A message that would go beyond is the last:
// the first is read whatever its size.
type reading struct {
	roomID, person id.ID
	bytes          int
	oldest         id.ID // nothing older is looked for
}

// around is the message with half a page on either side, newest first; more tells of older ones.
func (r reading) around(ctx context.Context, db DB, at id.ID, limit int) ([]message.Message, bool, error) {
	half := r
	half.bytes /= 2
	later, _, err := half.later(ctx, db, at, limit/2)
	if err != nil {
		return nil, false, err
	}
	earlier, more, err := half.earlier(ctx, db, at, true, limit-len(later))
	slices.Reverse(later)
	return append(later, earlier...), more, err
}

// window is how far below a cursor a page is looked for first: planning over all partitions costs ten times as much as
// over two of them, and nearly every page ends there.
const window = 63 * 24 * time.Hour

// beyond is above everything that can stand in a room: private rows may stand above its last public one, but a day ahead
// of every clock there is nothing, and the empty partitions of the coming months need not be looked at.
func beyond(last id.ID) id.ID {
	now := time.Now()
	if at := last.Time(); at.After(now) {
		now = at
	}
	return id.Floor(now.Add(24 * time.Hour))
}

// pageSQL reads up to limit rows in an order, and stops after the row at which their texts exceed the bytes $4. The limit
// is part of the text, and the same for both windows: only where the planner knows how few rows are wanted may it keep a
// plan for all partitions, which are then left out as the plan starts.
func pageSQL(condition, order string, limit int) string {
	return messageColumns + textNow + messageRest + `, m.running FROM (SELECT *, sum(octet_length(content)) OVER (ORDER BY id ` + order + ` ROWS UNBOUNDED PRECEDING) AS running
		FROM (SELECT m.* FROM messages m WHERE m.room_id = $1` + visible + condition + ` ORDER BY m.id ` + order + ` LIMIT ` + strconv.Itoa(limit) + `) found) m` + messageJoins + `
		WHERE m.running - octet_length(m.content) < $4 ORDER BY m.id ` + order
}

// part reads one window of a page; full says that the bytes are used up.
func (r *reading) part(ctx context.Context, db DB, sql string, limit int, args ...any) (list []message.Message, full bool, err error) {
	var running int64
	rows, err := db.Query(ctx, sql, append([]any{r.roomID, r.person, args[0], r.bytes}, args[1:]...)...)
	list, err = collect(rows, err, func(row pgx.CollectableRow) (message.Message, error) { return scanMessage(withRunning{row, &running}) })
	full = running >= int64(r.bytes)
	r.bytes -= int(running)
	return list, full && len(list) < limit, err
}

// withRunning reads the running sum behind the columns of a message.
type withRunning struct {
	pgx.Row
	running *int64
}

func (w withRunning) Scan(dest ...any) error { return w.Row.Scan(append(dest, w.running)...) }

// cut makes a page of what was read: one more than wanted, or less because its bytes were used up, means that there is more.
func cut(list []message.Message, full bool, limit int) ([]message.Message, bool) {
	if len(list) > limit {
		return list[:limit], true
	}
	return list, full
}

// earlier reads messages before (or up to, with including) a place, newest first, and whether there are more.
func (r reading) earlier(ctx context.Context, db DB, before id.ID, including bool, limit int) ([]message.Message, bool, error) {
	above := ` AND m.id < $3`
	if including {
		above = ` AND m.id <= $3`
	}
	floor := id.Floor(before.Time().Add(-window))
	last := floor.Compare(r.oldest) <= 0
	if last {
		floor = r.oldest
	}
	list, full, err := r.part(ctx, db, pageSQL(above+` AND m.id >= $5`, `DESC`, limit+1), limit+1, before, lowest(floor))
	if err != nil || full || last || len(list) > limit {
		list, more := cut(list, full, limit)
		return list, more, err
	}
	rest, full, err := r.part(ctx, db, pageSQL(` AND m.id < $3 AND m.id >= $5`, `DESC`, limit+1), limit+1, floor, lowest(r.oldest))
	list, more := cut(append(list, rest...), full, limit)
	return list, more, err
}

// lowest gives an id to a comparison: the zero id would be NULL.
func lowest(v id.ID) string { return v.String() }

// later reads messages after a place, oldest first, and whether there are more.
func (r reading) later(ctx context.Context, db DB, after id.ID, limit int) ([]message.Message, bool, error) {
	ceiling := id.Floor(after.Time().Add(window))
	list, full, err := r.part(ctx, db, pageSQL(` AND m.id > $3 AND m.id < $5`, `ASC`, limit+1), limit+1, after, ceiling)
	if err != nil || full || len(list) > limit || ceiling.Time().After(time.Now()) {
		list, more := cut(list, full, limit)
		return list, more, err
	}
	rest, full, err := r.part(ctx, db, pageSQL(` AND m.id >= $3 AND m.id > $5`, `ASC`, limit+1), limit+1, ceiling, after)
	list, more := cut(append(list, rest...), full, limit)
	return list, more, err
}
