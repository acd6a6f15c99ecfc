package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

const roomColumns = `r.id, r.name, r.description, r.owner_id, r.ai_provider, r.ai_model, r.ai_instructions, r.ai_context_cutoff_at,
	r.max_reply_tokens, r.is_archived, coalesce(r.fork_state, ''), r.forked_from_room_id, r.created_at, r.updated_at, r.deleted_at`

func roomFields(r *room.Room) []any {
	return []any{&r.ID, &r.Name, &r.Description, &r.OwnerID, &r.AIProvider, &r.AIModel, &r.AIInstructions, moment{&r.AIContextCutoffAt},
		&r.MaxReplyTokens, &r.IsArchived, &r.ForkState, &r.ForkedFromRoomID, moment{&r.CreatedAt}, moment{&r.UpdatedAt}, moment{&r.DeletedAt}}
}

// CreateRoom makes a room with its maker as master; an equal request answers the first one's room, with created false.
func (s *Store) CreateRoom(ctx context.Context, cmd rooms.Create, key Key) (mine room.Mine, created bool, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		roomID := id.New()
		first, err := claim(ctx, c, key, roomID)
		if err != nil {
			return err
		}
		if !first.IsZero() {
			mine, err = roomOf(ctx, c, first, cmd.Maker)
			return err
		}
		created = true
		b := &pgx.Batch{}
		b.Queue(`INSERT INTO rooms (id, name, owner_id, ai_provider, ai_model) VALUES ($1, $2, $3, $4, $5)`,
			roomID, cmd.Name, cmd.Maker, cmd.Provider, cmd.Model)
		b.Queue(`INSERT INTO room_sequences (room_id, event, last_message_id) VALUES ($1, 1, $1)`, roomID)
		b.Queue(`INSERT INTO room_members (room_id, user_id, role, version) VALUES ($1, $2, 'master', 1)`, roomID, cmd.Maker)
		b.Queue(`INSERT INTO room_events (room_id, event, kind, entity_id, actor_id) VALUES ($1, 1, $2, $3, $3)`,
			roomID, string(event.MemberUpdated), cmd.Maker)
		if err := c.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		owed, err = userEvents(ctx, c, []id.ID{cmd.Maker}, event.RoomJoined, roomID)
		if err != nil {
			return err
		}
		push := outbox.NewPush(event.Stream{Room: roomID}, 1, 1)
		owed = append(owed, push)
		b = &pgx.Batch{}
		queueOutbox(b, []outbox.Row{push})
		if err := c.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		mine, err = roomOf(ctx, c, roomID, cmd.Maker)
		return err
	})
	return mine, created, owed, err
}

// roomOf reads a room with its numbers as one person has it; not_found if it is deleted or the person is outside.
func roomOf(ctx context.Context, c querier, roomID, person id.ID) (room.Mine, error) {
	m, err := scanNumbered(c.QueryRow(ctx, numberedSQL+` WHERE r.id = $2 AND r.deleted_at IS NULL AND m.removed_at IS NULL`, person, roomID))
	if errors.Is(err, pgx.ErrNoRows) {
		return m, room.Outside.Check(room.Read)
	}
	return m, err
}

const numberedSQL = `SELECT ` + roomColumns + `, m.role, m.last_read_message_id, m.last_read_sequence, s.sequence, s.event, s.last_message_id,
	coalesce((SELECT event FROM user_sequences WHERE user_id = $1), 0)
	FROM rooms r JOIN room_members m ON m.room_id = r.id AND m.user_id = $1 JOIN room_sequences s ON s.room_id = r.id`

func scanNumbered(row pgx.Row) (room.Mine, error) {
	var m room.Mine
	var role string
	err := row.Scan(append(roomFields(&m.Room), &role, &m.LastReadMessageID, &m.LastReadSequence, &m.LastSequence, &m.LatestEvent, &m.LastMessageID,
		&m.UserEvent)...)
	m.Role = room.Role(role)
	return m, err
}

// Room reads one room with its last message and the user stream's number, from one snapshot.
func (s *Store) Room(ctx context.Context, roomID, person id.ID) (listing rooms.Listing, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		m, err := roomOf(ctx, c, roomID, person)
		if err != nil {
			return err
		}
		listing, err = list(ctx, c, person, []room.Mine{m})
		return err
	})
	return listing, err
}

// Rooms lists one's rooms, newest activity first, those whose last activity is before the cursor.
func (s *Store) Rooms(ctx context.Context, person, before id.ID, limit int) (listing rooms.Listing, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		rows, err := c.Query(ctx, numberedSQL+` WHERE m.removed_at IS NULL AND r.deleted_at IS NULL
			AND ($2::uuid IS NULL OR s.last_message_id < $2) ORDER BY s.last_message_id DESC LIMIT $3`, person, before, limit)
		if err != nil {
			return err
		}
		mine, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (room.Mine, error) { return scanNumbered(r) })
		if err != nil {
			return err
		}
		listing, err = list(ctx, c, person, mine)
		return err
	})
	return listing, err
}

// list adds the last messages and the person's own number to rooms of one snapshot.
func list(ctx context.Context, c querier, person id.ID, mine []room.Mine) (rooms.Listing, error) {
	l := rooms.Listing{Rooms: mine, Last: map[id.ID]message.Message{}}
	var ids []id.ID
	for _, m := range mine {
		ids = append(ids, m.LastMessageID)
	}
	last, err := messagesByID(ctx, c, ids)
	if err != nil {
		return l, err
	}
	for _, m := range last {
		l.Last[m.RoomID] = m
	}
	if len(mine) > 0 {
		l.UserEvent = mine[0].UserEvent
		return l, nil
	}
	l.UserEvent, err = userNumber(ctx, c, person)
	return l, err
}

// UpdateRoom changes settings under the room's lock.
func (s *Store) UpdateRoom(ctx context.Context, roomID, person id.ID, changes room.Changes, refusal error) (listing rooms.Listing, stopped []ai.Attempt, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		l, err := lock(ctx, c, roomID, person)
		if err != nil {
			return err
		}
		err = l.WritableBy(room.ChangeRoom)
		reopening := changes.IsArchived != nil && !*changes.IsArchived
		if err != nil && !(reopening && fault.Is(err, fault.RoomArchived)) {
			return err
		}
		if refusal != nil {
			return refusal
		}
		w := l.begin(person)
		stop := changes.IsArchived != nil && *changes.IsArchived && !l.IsArchived
		changes.Apply(&l.Room)
		w.b.Queue(`UPDATE rooms SET name = $2, description = $3, ai_provider = $4, ai_model = $5, ai_instructions = $6, ai_context_cutoff_at = $7,
			max_reply_tokens = $8, is_archived = $9, updated_at = now() WHERE id = $1`, roomID, l.Name, l.Description, l.AIProvider, l.AIModel,
			l.AIInstructions, orNull(l.AIContextCutoffAt), l.MaxReplyTokens, l.IsArchived)
		w.event(event.RoomUpdated, roomID)
		if stop {
			if stopped, err = s.stopWhere(ctx, c, w, `room_id = $1`, roomID); err != nil {
				return err
			}
		}
		owed, err = w.commit(ctx, c)
		return err
	})
	if err != nil {
		return listing, nil, nil, err
	}
	listing, err = s.Room(ctx, roomID, person)
	return listing, stopped, owed, err
}

// DeleteRoom hides the room from everybody and stops what runs in it; it tells whose room it was.
func (s *Store) DeleteRoom(ctx context.Context, roomID, person id.ID) (gone []room.Membership, stopped []ai.Attempt, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		l, err := lock(ctx, c, roomID, person)
		if err != nil {
			return err
		}
		if !l.DeletedAt.IsZero() {
			return room.Outside.Check(room.Read)
		}
		if err := l.Role.Check(room.DeleteRoom); err != nil {
			return err
		}
		if gone, err = membersOf(ctx, c, roomID, id.ID{}, 1<<30); err != nil {
			return err
		}
		w := l.begin(person)
		w.b.Queue(`UPDATE rooms SET deleted_at = now(), updated_at = now() WHERE id = $1`, roomID)
		version := w.event(event.RoomDeleted, roomID)
		people := make([]id.ID, len(gone))
		for i := range gone {
			people[i], gone[i].Version, gone[i].Role = gone[i].Person.ID, version, room.Outside
		}
		left, err := userEvents(ctx, c, people, event.RoomLeft, roomID)
		if err != nil {
			return err
		}
		if stopped, err = s.stopWhere(ctx, c, w, `room_id = $1`, roomID); err != nil {
			return err
		}
		owed, err = w.commit(ctx, c)
		owed = append(owed, left...)
		return err
	})
	return gone, stopped, owed, err
}

// Owner is who owns (and pays for) a room.
func (s *Store) Owner(ctx context.Context, roomID id.ID) (owner id.ID, err error) {
	err = s.db.QueryRow(ctx, `SELECT owner_id FROM rooms WHERE id = $1`, roomID).Scan(&owner)
	return owner, pg.Translate(err)
}
