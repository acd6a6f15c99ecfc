package postgres

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

// The status is that of the newest attempt. While it streams, the message shows its text so far, once there is some.
const messageSQL = `SELECT m.id, m.room_id, coalesce(m.sequence, 0), m.event, m.type, coalesce(g.status, m.status),
	CASE WHEN g.status = 'streaming' AND g.partial_text <> '' AND m.deleted_at IS NULL THEN g.partial_text ELSE m.content END,
	m.answers, m.reply_to, m.visibility, m.visible_to, m.exclude_from_ai, m.token_estimate, m.client_message_id, m.attempt,
	CASE WHEN g.status = 'streaming' AND g.partial_text <> '' AND m.deleted_at IS NULL THEN m.attempt ELSE m.content_attempt END,
	m.edited_at, m.deleted_at, m.created_at,
	u.id, coalesce(u.username, ''), coalesce(u.display_name, ''), coalesce(u.locale, ''), u.created_at,
	g.asker_id, coalesce(g.provider, ''), coalesce(g.model, ''), g.input_tokens, g.output_tokens, g.charged_tokens,
	g.created_at, g.settled_at, coalesce(g.error_code, '')
	FROM messages m LEFT JOIN users u ON u.id = m.sender_id LEFT JOIN ai_generations g ON g.message_id = m.id AND g.attempt = m.attempt`

func scanMessage(row pgx.Row) (message.Message, error) {
	var m message.Message
	var kind, status, visibility string
	var p room.Person
	var r message.Reply
	var asked, settled time.Time
	err := row.Scan(&m.ID, &m.RoomID, &m.Sequence, &m.Event, &kind, &status, &m.Content, &m.Answers, &m.ReplyTo, &visibility, &m.VisibleTo,
		&m.ExcludeFromAI, &m.TokenEstimate, &m.ClientMessageID, &r.Attempt, &r.ContentAttempt, moment{&m.EditedAt}, moment{&m.DeletedAt},
		moment{&m.CreatedAt}, &p.ID, &p.Username, &p.DisplayName, &p.Locale, moment{&p.CreatedAt}, &r.AskerID, &r.Provider, &r.Model,
		&r.InputTokens, &r.OutputTokens, &r.ChargedTokens, moment{&asked}, moment{&settled}, &r.ErrorCode)
	m.Type, m.Status, m.Visibility = message.Type(kind), message.Status(status), message.Visibility(visibility)
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

func collectMessages(rows pgx.Rows, err error) ([]message.Message, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (message.Message, error) { return scanMessage(r) })
}

func messagesByID(ctx context.Context, c querier, ids []id.ID) ([]message.Message, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return collectMessages(c.Query(ctx, messageSQL+` WHERE m.id = ANY ($1::text[]::uuid[]) ORDER BY m.id`, texts(ids)))
}

// visible is what one person may see of a room.
const visible = ` AND (m.visibility = 'public' OR m.visible_to = $2)`

// Message reads one message that the person may see; not_found otherwise.
func (s *Store) Message(ctx context.Context, roomID, person, messageID id.ID) (m message.Message, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		if _, err := roomOf(ctx, c, roomID, person); err != nil {
			return err
		}
		m, err = messageOf(ctx, c, roomID, person, messageID)
		return err
	})
	return m, err
}

func messageOf(ctx context.Context, c querier, roomID, person, messageID id.ID) (message.Message, error) {
	m, err := scanMessage(c.QueryRow(ctx, messageSQL+` WHERE m.id = $3 AND m.room_id = $1`+visible, roomID, person, messageID))
	if errors.Is(err, pgx.ErrNoRows) {
		return m, noMessage()
	}
	return m, err
}

func noMessage() error { return fault.New(fault.NotFound, "There is no such message.") }

// Messages reads a page with the numbers of the same snapshot.
func (s *Store) Messages(ctx context.Context, q messages.Query) (page messages.Page, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		m, err := roomOf(ctx, c, q.RoomID, q.Person)
		if err != nil {
			return err
		}
		page.RoomEvent, page.UserEvent = m.LatestEvent, m.UserEvent
		switch {
		case !q.After.IsZero():
			page.Messages, err = s.later(ctx, c, q, q.After, q.Limit+1)
			page.More = len(page.Messages) > q.Limit
			page.Messages = page.Messages[:min(len(page.Messages), q.Limit)]
		case !q.Around.IsZero():
			page.Messages, page.More, err = s.around(ctx, c, q)
		default:
			before := q.Before
			if before.IsZero() {
				before = beyond(m.LastMessageID)
			}
			page.Messages, err = s.earlier(ctx, c, q, before, false, q.Limit+1)
			page.More = len(page.Messages) > q.Limit
			page.Messages = page.Messages[:min(len(page.Messages), q.Limit)]
		}
		return err
	})
	return page, err
}

// around is the message with half a page on either side, newest first; more tells of older ones.
func (s *Store) around(ctx context.Context, c querier, q messages.Query) ([]message.Message, bool, error) {
	half := q.Limit / 2
	later, err := s.later(ctx, c, q, q.Around, half)
	if err != nil {
		return nil, false, err
	}
	older := q.Limit - len(later)
	earlier, err := s.earlier(ctx, c, q, q.Around, true, older+1)
	if err != nil {
		return nil, false, err
	}
	more := len(earlier) > older
	earlier = earlier[:min(len(earlier), older)]
	slices.Reverse(later)
	return append(later, earlier...), more, nil
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

// upTo is part of the text, and the same for both windows: only where the planner knows how few rows are wanted may it keep
// a plan for all partitions, which are then left out as the plan starts.
func upTo(limit int) string { return " LIMIT " + strconv.Itoa(limit) }

// earlier reads messages before (or up to, with including) a place, newest first.
func (s *Store) earlier(ctx context.Context, c querier, q messages.Query, before id.ID, including bool, limit int) ([]message.Message, error) {
	above := ` AND m.id < $3`
	if including {
		above = ` AND m.id <= $3`
	}
	sql := messageSQL + ` WHERE m.room_id = $1` + visible + above
	floor := id.Floor(before.Time().Add(-window))
	list, err := collectMessages(c.Query(ctx, sql+` AND m.id >= $4 ORDER BY m.id DESC`+upTo(limit), q.RoomID, q.Person, before, floor))
	// Nothing of a room is older than the room.
	if err != nil || len(list) >= limit || floor.Compare(q.RoomID) < 0 {
		return list, err
	}
	rest, err := collectMessages(c.Query(ctx, sql+` AND m.id < $4 ORDER BY m.id DESC`+upTo(limit), q.RoomID, q.Person, before, floor))
	return append(list, rest[:min(len(rest), limit-len(list))]...), err
}

// later reads messages after a place, oldest first.
func (s *Store) later(ctx context.Context, c querier, q messages.Query, after id.ID, limit int) ([]message.Message, error) {
	sql := messageSQL + ` WHERE m.room_id = $1` + visible + ` AND m.id > $3`
	ceiling := id.Floor(after.Time().Add(window))
	list, err := collectMessages(c.Query(ctx, sql+` AND m.id < $4 ORDER BY m.id`+upTo(limit), q.RoomID, q.Person, after, ceiling))
	if err != nil || len(list) >= limit || ceiling.Time().After(time.Now()) {
		return list, err
	}
	rest, err := collectMessages(c.Query(ctx, sql+` AND m.id >= $4 ORDER BY m.id`+upTo(limit), q.RoomID, q.Person, after, ceiling))
	return append(list, rest[:min(len(rest), limit-len(list))]...), err
}
