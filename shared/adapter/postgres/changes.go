package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/changes"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// RoomChanges tells what changed in a room since an event, from one snapshot, each entity once in its present state.
func (s *Store) RoomChanges(ctx context.Context, roomID, person id.ID, since int64) (ch changes.Room, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		mine, err := roomOf(ctx, c, roomID, person)
		if err != nil {
			return err
		}
		events, err := roomEvents(ctx, c, roomID, since, since+changes.MaxEvents)
		if err != nil {
			return err
		}
		ch.Window = changes.NewWindow(since, mine.LatestEvent, events)
		if ch.Reset {
			return nil
		}
		e := sortOut(events)
		if ch.Messages, err = messagesByID(ctx, c, e.messages); err != nil {
			return err
		}
		if ch.Members, err = membersByID(ctx, c, roomID, e.people); err != nil {
			return err
		}
		for _, p := range e.people {
			if !slices.ContainsFunc(ch.Members, func(m room.Membership) bool { return m.Person.ID == p }) {
				ch.Removed = append(ch.Removed, p)
			}
		}
		if e.room {
			listing, err := list(ctx, c, person, []room.Mine{mine})
			ch.Room = &listing
			return err
		}
		return nil
	})
	return ch, err
}

// MyChanges tells what changed in a person's own stream since an event.
func (s *Store) MyChanges(ctx context.Context, person id.ID, since int64) (ch changes.Mine, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		latest, err := userNumber(ctx, c, person)
		if err != nil {
			return err
		}
		events, err := userEventRows(ctx, c, person, since, since+changes.MaxEvents)
		if err != nil {
			return err
		}
		ch.Window = changes.NewWindow(since, latest, events)
		if ch.Reset {
			return nil
		}
		ch.Rooms, ch.Left, err = roomsNow(ctx, c, person, sortOut(events).rooms)
		return err
	})
	return ch, err
}

// roomsNow tells which of these rooms a person is in, and which not (any more).
func roomsNow(ctx context.Context, c querier, person id.ID, ids []id.ID) (listing rooms.Listing, left []id.ID, err error) {
	if len(ids) == 0 {
		return listing, nil, nil
	}
	rows, err := c.Query(ctx, numberedSQL+` WHERE r.id = ANY ($2::text[]::uuid[]) AND m.removed_at IS NULL AND r.deleted_at IS NULL`, person, texts(ids))
	if err != nil {
		return listing, nil, err
	}
	mine, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (room.Mine, error) { return scanNumbered(r) })
	if err != nil {
		return listing, nil, err
	}
	for _, v := range ids {
		if !slices.ContainsFunc(mine, func(m room.Mine) bool { return m.ID == v }) {
			left = append(left, v)
		}
	}
	listing, err = list(ctx, c, person, mine)
	return listing, left, err
}

// RoomPush reads what a fan-out of a room's events needs: the rows as they are now, and who is in the room.
func (s *Store) RoomPush(ctx context.Context, roomID id.ID, from, to int64) (p fanout.RoomPush, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		if p.Events, err = roomEvents(ctx, c, roomID, from-1, to); err != nil {
			return err
		}
		e := sortOut(p.Events)
		if p.Messages, err = messagesByID(ctx, c, e.messages); err != nil {
			return err
		}
		if p.Members, err = membersOf(ctx, c, roomID, id.ID{}, 1<<30); err != nil || !e.room {
			return err
		}
		var mine room.Mine
		err := c.QueryRow(ctx, `SELECT `+roomColumns+`, s.sequence, s.event, s.last_message_id FROM rooms r JOIN room_sequences s ON s.room_id = r.id
			WHERE r.id = $1`, roomID).Scan(append(roomFields(&mine.Room), &mine.LastSequence, &mine.LatestEvent, &mine.LastMessageID)...)
		if err != nil {
			return err
		}
		p.Room, err = list(ctx, c, mine.OwnerID, []room.Mine{mine})
		return err
	})
	return p, err
}

// UserPush reads what a fan-out of a person's own events needs.
func (s *Store) UserPush(ctx context.Context, person id.ID, from, to int64) (p fanout.UserPush, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		if p.Events, err = userEventRows(ctx, c, person, from-1, to); err != nil {
			return err
		}
		p.Rooms, p.Left, err = roomsNow(ctx, c, person, sortOut(p.Events).rooms)
		return err
	})
	return p, err
}

func roomEvents(ctx context.Context, c querier, roomID id.ID, after, upTo int64) ([]event.Event, error) {
	return collectEvents(c.Query(ctx, `SELECT event, kind, entity_id, actor_id, at FROM room_events WHERE room_id = $1 AND event > $2 AND event <= $3 ORDER BY event`,
		roomID, after, upTo))
}

func userEventRows(ctx context.Context, c querier, person id.ID, after, upTo int64) ([]event.Event, error) {
	return collectEvents(c.Query(ctx, `SELECT event, kind, entity_id, user_id, at FROM user_events WHERE user_id = $1 AND event > $2 AND event <= $3 ORDER BY event`,
		person, after, upTo))
}

func collectEvents(rows pgx.Rows, err error) ([]event.Event, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (event.Event, error) {
		var e event.Event
		var kind string
		err := r.Scan(&e.Number, &kind, &e.EntityID, &e.ActorID, moment{&e.At})
		e.Kind = event.Kind(kind)
		return e, err
	})
}

// entities are what events speak of, each once.
type entities struct {
	messages, people, rooms []id.ID
	room                    bool
}

func sortOut(events []event.Event) (e entities) {
	add := func(list *[]id.ID, v id.ID) {
		if !slices.Contains(*list, v) {
			*list = append(*list, v)
		}
	}
	for _, v := range events {
		switch v.Kind {
		case event.MessageCreated, event.MessageUpdated:
			add(&e.messages, v.EntityID)
		case event.MemberUpdated, event.MemberRemoved:
			add(&e.people, v.EntityID)
		case event.RoomUpdated, event.RoomDeleted:
			e.room = true
		case event.RoomJoined, event.RoomLeft:
			add(&e.rooms, v.EntityID)
		}
	}
	return e
}
