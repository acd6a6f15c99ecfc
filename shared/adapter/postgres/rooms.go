package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// Rooms is rooms.Store.
type Rooms struct{ DB *pgxpool.Pool }

var _ rooms.Store = Rooms{}

const roomColumns = `r.id, r.name, r.description, r.owner_id, r.ai_provider, r.ai_model, r.ai_instructions, r.ai_context_cutoff_at,
	r.max_reply_tokens, r.effort, r.allowed_models, r.is_archived, r.frozen_at, CASE WHEN r.offered_until > now() THEN r.offered_to END, r.offered_until, coalesce(r.fork_state, ''), r.forked_from_room_id,
	coalesce(r.retention_days, 0), coalesce(r.retention_next_days, 0), r.retention_next_at, r.created_at, r.updated_at, r.deleted_at`

func roomFields(r *room.Room) []any {
	return []any{&r.ID, &r.Name, &r.Description, &r.OwnerID, &r.AIProvider, &r.AIModel, &r.AIInstructions, moment{&r.AIContextCutoffAt},
		&r.MaxReplyTokens, &r.Effort, &r.AllowedModels, &r.IsArchived, moment{&r.FrozenAt}, &r.OfferedTo, moment{&r.OfferedUntil}, &r.ForkState, &r.ForkedFromRoomID,
		&r.Retention.Days, &r.Retention.Announced, moment{&r.Retention.NextAt}, moment{&r.CreatedAt}, moment{&r.UpdatedAt}, moment{&r.DeletedAt}}
}

const counterColumns = `s.sequence, s.event, s.last_message_id, s.first_sequence, s.history_begins_at`

func counterFields(r *room.Room) []any {
	return []any{&r.LastSequence, &r.LatestEvent, &r.LastMessageID, &r.FirstSequence, moment{&r.HistoryBeginsAt}}
}

// mineSQL is rooms with their numbers as the person $1 has them.
const mineSQL = `SELECT ` + roomColumns + `, m.role, m.notify, m.last_read_message_id, m.last_read_sequence, ` + counterColumns + `,
	coalesce((SELECT event FROM user_sequences WHERE user_id = $1), 0),
	(SELECT count(*) FROM message_mentions n WHERE n.room_id = m.room_id AND n.user_id = $1 AND n.message_id > coalesce(m.last_read_message_id, m.room_id)) +
	(SELECT count(*) FROM message_mentions n WHERE n.room_id = m.room_id AND n.user_id IS NULL AND n.kind = 'all' AND n.message_id > coalesce(m.last_read_message_id, m.room_id)
		AND NOT EXISTS (SELECT FROM message_mentions o WHERE o.message_id = n.message_id AND o.kind = 'user' AND o.user_id = $1))
	FROM rooms r JOIN room_members m ON m.room_id = r.id AND m.user_id = $1 JOIN room_sequences s ON s.room_id = r.id`

func scanMine(row pgx.Row) (room.Mine, error) {
	var m room.Mine
	fields := append(roomFields(&m.Room), &m.Role, &m.Notify, &m.LastReadMessageID, &m.LastReadSequence)
	err := row.Scan(append(append(fields, counterFields(&m.Room)...), &m.UserEvent, &m.UnreadMentions)...)
	return m, err
}

func collectMine(row pgx.CollectableRow) (room.Mine, error) { return scanMine(row) }

// roomOf reads a room as one person has it; not_found if it is deleted or the person is outside.
func roomOf(ctx context.Context, db DB, roomID, person id.ID) (room.Mine, error) {
	m, err := scanMine(db.QueryRow(ctx, mineSQL+` WHERE r.id = $2 AND r.deleted_at IS NULL AND m.removed_at IS NULL`, person, roomID))
	if errors.Is(err, pgx.ErrNoRows) {
		return m, room.Outside.Check(room.Read)
	}
	return m, err
}

// Room implements rooms.Store.
func (s Rooms) Room(ctx context.Context, roomID, person id.ID) (listing rooms.Listing, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		m, err := roomOf(ctx, tx, roomID, person)
		if err != nil {
			return err
		}
		listing, err = withLast(ctx, tx, person, []room.Mine{m})
		return err
	})
	return listing, err
}

// Rooms implements rooms.Store. Rooms are sorted as they are found: a person is in hundreds of them, not thousands, and an
// index by activity would be written by every message.
func (s Rooms) Rooms(ctx context.Context, person id.ID, from rooms.Cursor, limit int) (listing rooms.Listing, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		rows, err := tx.Query(ctx, mineSQL+` WHERE m.removed_at IS NULL AND r.deleted_at IS NULL
			AND ($2::uuid IS NULL OR s.last_message_id < $2 OR s.last_message_id > $3) ORDER BY s.last_message_id DESC LIMIT $4`, person, from.Below, from.Above, limit)
		mine, err := collect(rows, err, collectMine)
		if err != nil {
			return err
		}
		listing, err = withLast(ctx, tx, person, mine)
		return err
	})
	return listing, err
}

// withLast adds previews of the last messages, and the person's own number, to rooms of one snapshot.
func withLast(ctx context.Context, db DB, person id.ID, mine []room.Mine) (rooms.Listing, error) {
	l := rooms.Listing{Rooms: mine, Last: map[id.ID]message.Message{}}
	if len(mine) == 0 {
		number, err := userNumber(ctx, db, person)
		l.UserEvent = number
		return l, err
	}
	l.UserEvent = mine[0].UserEvent
	var ids []id.ID
	for _, m := range mine {
		ids = append(ids, m.LastMessageID)
	}
	last, err := publicMessages(ctx, db, previewSQL, person, ids)
	for _, m := range last {
		l.Last[m.RoomID] = m
	}
	return l, err
}

// Made implements rooms.Store.
func (s Rooms) Made(ctx context.Context, key change.Key) (mine room.Mine, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		resource, _, err := began(ctx, tx, key)
		if err != nil {
			return err
		}
		mine, err = roomOf(ctx, tx, resource, key.UserID)
		return err
	})
	return mine, err
}

const personColumns = `u.id, u.username, u.display_name, u.locale, u.created_at`

func personFields(p *room.Person) []any {
	return []any{&p.ID, &p.Username, &p.DisplayName, &p.Locale, moment{&p.CreatedAt}}
}

// memberSQL reads parts in rooms; one that ended has no role.
const memberSQL = `SELECT ` + personColumns + `, m.room_id, CASE WHEN m.removed_at IS NULL THEN m.role ELSE '' END, m.version, m.joined_at, m.monthly_cap,
	m.last_read_message_id, m.role, m.removed_at, m.removed_by IS NOT NULL FROM room_members m JOIN users u ON u.id = m.user_id`

func scanMember(row pgx.Row) (room.Membership, error) {
	var m room.Membership
	var left room.Departure
	err := row.Scan(append(personFields(&m.Person), &m.RoomID, &m.Role, &m.Version, moment{&m.JoinedAt}, &m.MonthlyCap, &m.LastRead,
		&left.Role, moment{&left.At}, &left.Removed)...)
	if !left.At.IsZero() {
		m.Left = &left
	}
	return m, err
}

func collectMember(row pgx.CollectableRow) (room.Membership, error) { return scanMember(row) }

// Members implements rooms.Store.
func (s Rooms) Members(ctx context.Context, q rooms.MemberQuery) (page rooms.Members, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if page.Mine, err = roomOf(ctx, tx, q.RoomID, q.Person); err != nil {
			return err
		}
		if err = tx.QueryRow(ctx, `SELECT count(*) FROM room_members WHERE room_id = $1 AND removed_at IS NULL`, q.RoomID).Scan(&page.Total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, memberSQL+` WHERE m.room_id = $1 AND m.removed_at IS NULL AND m.user_id > $2
			AND (starts_with(lower(u.username), lower($4)) OR starts_with(lower(u.display_name), lower($4)))
			ORDER BY m.user_id LIMIT $3`, q.RoomID, lowest(q.After), q.Limit, q.Name)
		page.Members, err = collect(rows, err, collectMember)
		return err
	})
	return page, err
}

// Cost implements rooms.Store.
func (s Rooms) Cost(ctx context.Context, roomID, person id.ID) (mine room.Mine, cost rooms.Cost, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if mine, err = roomOf(ctx, tx, roomID, person); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM room_members WHERE room_id = $1 AND removed_at IS NULL AND role = ANY ($2)),
			(SELECT coalesce(sum(charged_tokens), 0) FROM ai_generations WHERE room_id = $1 AND NOT copied
				AND settled_at >= date_trunc('day', now(), 'UTC') - interval '30 days' AND settled_at < date_trunc('day', now(), 'UTC'))`, roomID, room.WhoMay(room.AskAI)).
			Scan(&cost.MayAsk, &cost.Charged)
	})
	return mine, cost, err
}

// Spending implements rooms.Store.
func (s Rooms) Spending(ctx context.Context, roomID, person id.ID) (out rooms.Spending, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if out.Mine, err = roomOf(ctx, tx, roomID, person); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT `+thisMonth+`, `+capSQL+`, r.default_member_cap, r.monthly_budget,
			coalesce((SELECT charged + held FROM member_usage WHERE room_id = $1 AND month = `+thisMonth+` AND user_id = $2), 0)
			FROM rooms r LEFT JOIN room_members m ON m.room_id = r.id AND m.user_id = $2 WHERE r.id = $1`, roomID, person).
			Scan(&out.Month, &out.Cap, &out.Limits.MemberCap, &out.Limits.MonthlyBudget, &out.Spent)
	})
	return out, err
}

func membersByID(ctx context.Context, db DB, roomID id.ID, people []id.ID) ([]room.Membership, error) {
	rows, err := db.Query(ctx, memberSQL+` WHERE m.room_id = $1 AND m.user_id = ANY ($2::text[]::uuid[]) AND m.removed_at IS NULL`, roomID, texts(people))
	return collect(rows, err, collectMember)
}

// PersonNamed implements rooms.Store.
func (s Rooms) PersonNamed(ctx context.Context, username string) (person id.ID, err error) {
	found, err := Found(s.DB.QueryRow(ctx, `SELECT id FROM users WHERE lower(username) = lower($1) AND deleted_at IS NULL`, username).Scan(&person))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "There is no such person.")
	}
	return person, err
}

// userNumber is the last event of a person's own stream.
func userNumber(ctx context.Context, db DB, person id.ID) (number int64, err error) {
	err = db.QueryRow(ctx, `SELECT coalesce((SELECT event FROM user_sequences WHERE user_id = $1), 0)`, person).Scan(&number)
	return number, err
}
