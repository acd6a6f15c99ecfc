package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

const personColumns = `u.id, u.username, u.display_name, u.locale, u.created_at`

func personFields(p *room.Person) []any {
	return []any{&p.ID, &p.Username, &p.DisplayName, &p.Locale, moment{&p.CreatedAt}}
}

const memberSQL = `SELECT ` + personColumns + `, m.room_id, m.role, m.version, m.joined_at, m.monthly_cap
	FROM room_members m JOIN users u ON u.id = m.user_id`

func scanMember(row pgx.CollectableRow) (room.Membership, error) {
	var m room.Membership
	var role string
	err := row.Scan(append(personFields(&m.Person), &m.RoomID, &role, &m.Version, moment{&m.JoinedAt}, &m.MonthlyCap)...)
	m.Role = room.Role(role)
	return m, err
}

// membersOf lists who is in a room, by user id from after on.
func membersOf(ctx context.Context, c querier, roomID, after id.ID, limit int) ([]room.Membership, error) {
	rows, err := c.Query(ctx, memberSQL+` WHERE m.room_id = $1 AND m.removed_at IS NULL AND ($2::uuid IS NULL OR m.user_id > $2)
		ORDER BY m.user_id LIMIT $3`, roomID, after, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanMember)
}

// Members lists who is in a room, with the numbers of the same snapshot.
func (s *Store) Members(ctx context.Context, roomID, person, after id.ID, limit int) (page rooms.Members, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		m, err := roomOf(ctx, c, roomID, person)
		if err != nil {
			return err
		}
		page.RoomEvent, page.UserEvent = m.LatestEvent, m.UserEvent
		page.Members, err = membersOf(ctx, c, roomID, after, limit)
		return err
	})
	return page, err
}

// MembersNow lists everybody in a room, for those who push to them; nobody if the room does not exist.
func (s *Store) MembersNow(ctx context.Context, roomID id.ID) ([]room.Membership, error) {
	members, err := membersOf(ctx, s.db, roomID, id.ID{}, 1<<30)
	return members, pg.Translate(err)
}

// MarkRead raises a read position to a message of the room; it never falls.
func (s *Store) MarkRead(ctx context.Context, roomID, person, messageID id.ID) (mine room.Mine, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		if mine, err = roomOf(ctx, c, roomID, person); err != nil {
			return err
		}
		tag, err := c.Exec(ctx, `UPDATE room_members SET last_read_message_id = $3, last_read_sequence = greatest(last_read_sequence, m.sequence)
			FROM messages m WHERE m.id = $3 AND m.room_id = $1 AND m.visibility = 'public'
			AND room_members.room_id = $1 AND user_id = $2 AND (last_read_message_id IS NULL OR last_read_message_id < $3)`, roomID, person, messageID)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			var exists bool
			err = c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM messages WHERE id = $1 AND room_id = $2 AND (visibility = 'public' OR visible_to = $3))`,
				messageID, roomID, person).Scan(&exists)
			if err == nil && !exists {
				err = fault.Invalid("message_id", "is not a message of this room")
			}
			if err != nil {
				return err
			}
		}
		mine, err = roomOf(ctx, c, roomID, person)
		return err
	})
	return mine, err
}

// Join puts a person into a room, or changes their role. Master is only ever given by a transfer.
func (s *Store) Join(ctx context.Context, roomID id.ID, username string, role room.Role) (joined room.Membership, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		person, err := personNamed(ctx, c, username)
		if err != nil {
			return err
		}
		l, err := lock(ctx, c, roomID, person)
		if err != nil {
			return err
		}
		if !l.exists || !l.DeletedAt.IsZero() {
			return room.Outside.Check(room.Read)
		}
		if role == room.Master || !role.Valid() || l.Role == room.Master {
			return fault.New(fault.Conflict, "Mastership is transferred, not given.")
		}
		w := l.begin(person)
		version := w.event(event.MemberUpdated, person)
		w.b.Queue(`INSERT INTO room_members (room_id, user_id, role, version, last_read_message_id, last_read_sequence) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (room_id, user_id) DO UPDATE SET role = EXCLUDED.role, version = EXCLUDED.version, removed_at = NULL,
			joined_at = CASE WHEN room_members.removed_at IS NULL THEN room_members.joined_at ELSE now() END`,
			roomID, person, string(role), version, readFrom(l), l.LastSequence)
		mine, err := userEvents(ctx, c, []id.ID{person}, event.RoomJoined, roomID)
		if err != nil {
			return err
		}
		if owed, err = w.commit(ctx, c); err != nil {
			return err
		}
		owed = append(owed, mine...)
		members, err := membersByID(ctx, c, roomID, []id.ID{person})
		if err == nil && len(members) == 1 {
			joined = members[0]
		}
		return err
	})
	return joined, owed, err
}

// readFrom is where somebody begins to count unread messages: what was said before they came is read.
func readFrom(l *locked) id.ID {
	if l.LastMessageID == l.ID {
		return id.ID{} // a room without messages
	}
	return l.LastMessageID
}

// Remove takes a person out of a room; what they wrote stays.
func (s *Store) Remove(ctx context.Context, roomID, person, actor id.ID) (removed room.Membership, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		l, err := lock(ctx, c, roomID, person)
		if err != nil {
			return err
		}
		if !l.Role.Valid() {
			return room.Outside.Check(room.Read)
		}
		if l.Role == room.Master {
			return fault.New(fault.MasterMustTransfer, "The master must give the room to somebody else first.")
		}
		w := l.begin(actor)
		removed = room.Membership{Person: room.Person{ID: person}, RoomID: roomID, Version: w.event(event.MemberRemoved, person)}
		w.b.Queue(`UPDATE room_members SET removed_at = clock_timestamp(), version = $3 WHERE room_id = $1 AND user_id = $2`, roomID, person, removed.Version)
		mine, err := userEvents(ctx, c, []id.ID{person}, event.RoomLeft, roomID)
		if err != nil {
			return err
		}
		owed, err = w.commit(ctx, c)
		owed = append(owed, mine...)
		return err
	})
	return removed, owed, err
}

func membersByID(ctx context.Context, c querier, roomID id.ID, people []id.ID) ([]room.Membership, error) {
	rows, err := c.Query(ctx, memberSQL+` WHERE m.room_id = $1 AND m.user_id = ANY ($2::text[]::uuid[]) AND m.removed_at IS NULL`, roomID, texts(people))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanMember)
}

// userEvents counts one change in the own stream of each person, in ascending order of their ids, and writes what the
// fan-out is owed for it.
func userEvents(ctx context.Context, c querier, people []id.ID, kind event.Kind, entity id.ID) ([]outbox.Row, error) {
	rows, err := c.Query(ctx, `WITH people AS (SELECT unnest($1::text[]::uuid[]) AS id ORDER BY 1),
		counted AS (INSERT INTO user_sequences AS s (user_id, event) SELECT id, 1 FROM people
			ON CONFLICT (user_id) DO UPDATE SET event = s.event + 1 RETURNING s.user_id, s.event)
		INSERT INTO user_events (user_id, event, kind, entity_id) SELECT user_id, event, $2, $3 FROM counted RETURNING user_id, event`,
		texts(people), string(kind), entity)
	if err != nil {
		return nil, err
	}
	owed, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (outbox.Row, error) {
		var user id.ID
		var number int64
		err := r.Scan(&user, &number)
		return outbox.NewPush(event.Stream{User: user}, number, number), err
	})
	if err != nil {
		return nil, err
	}
	b := &pgx.Batch{}
	queueOutbox(b, owed)
	return owed, c.SendBatch(ctx, b).Close()
}

// userNumber is the last event of a person's own stream.
func userNumber(ctx context.Context, c querier, person id.ID) (number int64, err error) {
	err = c.QueryRow(ctx, `SELECT coalesce((SELECT event FROM user_sequences WHERE user_id = $1), 0)`, person).Scan(&number)
	return number, err
}

// PersonNamed finds somebody by username; not_found if there is nobody of that name.
func (s *Store) PersonNamed(ctx context.Context, username string) (person id.ID, err error) {
	return personNamed(ctx, s.db, username)
}

func personNamed(ctx context.Context, c querier, username string) (person id.ID, err error) {
	err = c.QueryRow(ctx, `SELECT id FROM users WHERE lower(username) = lower($1) AND deleted_at IS NULL`, username).Scan(&person)
	if errors.Is(err, pgx.ErrNoRows) {
		return person, fault.New(fault.NotFound, "There is no such person.")
	}
	return person, pg.Translate(err)
}
