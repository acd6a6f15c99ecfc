package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/changes"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// Logs reads the logs of rooms and of people: changes.Store for those who catch up, fanout.Store for those who push.
type Logs struct{ DB *pgxpool.Pool }

var (
	_ changes.Store = Logs{}
	_ fanout.Store  = Logs{}
)

// RoomChanges implements changes.Store, from one snapshot, each entity once in its present state.
func (s Logs) RoomChanges(ctx context.Context, roomID, person id.ID, since int64) (ch changes.Room, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		mine, err := roomOf(ctx, tx, roomID, person)
		if err != nil {
			return err
		}
		events, err := roomEvents(ctx, tx, roomID, since, since+changes.MaxEvents)
		if err != nil {
			return err
		}
		if events, err = shorten(ctx, tx, events); err != nil {
			return err
		}
		if ch.Window = changes.NewWindow(since, mine.LatestEvent, events); ch.Reset {
			return nil
		}
		e := sortOut(events)
		if ch.Messages, err = publicMessages(ctx, tx, messageSQL, person, e.messages); err != nil {
			return err
		}
		if ch.Members, err = membersByID(ctx, tx, roomID, e.people); err != nil {
			return err
		}
		for _, p := range e.people {
			if !slices.ContainsFunc(ch.Members, func(m room.Membership) bool { return m.Person.ID == p }) {
				ch.Removed = append(ch.Removed, p)
			}
		}
		if e.room {
			listing, err := withLast(ctx, tx, person, []room.Mine{mine})
			ch.Room = &listing
			return err
		}
		return nil
	})
	return ch, err
}

// MyChanges implements changes.Store.
func (s Logs) MyChanges(ctx context.Context, person id.ID, since int64) (ch changes.Mine, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		latest, err := userNumber(ctx, tx, person)
		if err != nil {
			return err
		}
		events, err := userEvents(ctx, tx, person, since, since+changes.MaxEvents)
		if err != nil {
			return err
		}
		if events, err = shorten(ctx, tx, events); err != nil {
			return err
		}
		if ch.Window = changes.NewWindow(since, latest, events); ch.Reset {
			return nil
		}
		e := sortOut(events)
		if ch.Messages, err = privateMessages(ctx, tx, person, e.messages); err != nil {
			return err
		}
		if ch.Invitations, err = invitationsByID(ctx, tx, person, e.invitations); err != nil {
			return err
		}
		ch.Rooms, ch.Left, err = roomsNow(ctx, tx, person, e.rooms)
		return err
	})
	return ch, err
}

// shorten ends events before the texts of their messages exceed what one answer may hold; the first event always stays.
func shorten(ctx context.Context, db DB, events []event.Event) ([]event.Event, error) {
	ids := sortOut(events).messages
	if len(ids) == 0 {
		return events, nil
	}
	sizes := map[id.ID]int{}
	var one id.ID
	var size int
	rows, err := db.Query(ctx, `SELECT m.id, greatest(octet_length(m.content), coalesce(octet_length(g.partial_text), 0)) FROM messages m
		LEFT JOIN ai_generations g ON g.message_id = m.id AND g.attempt = m.attempt WHERE m.id = ANY ($1::text[]::uuid[])`, texts(ids))
	if err != nil {
		return nil, err
	}
	if _, err := pgx.ForEachRow(rows, []any{&one, &size}, func() error { sizes[one] = size; return nil }); err != nil {
		return nil, err
	}
	return changes.Shorten(events, sizes), nil
}

// roomsNow tells which of these rooms a person is in, and which not (any more).
func roomsNow(ctx context.Context, db DB, person id.ID, ids []id.ID) (listing rooms.Listing, left []id.ID, err error) {
	if len(ids) == 0 {
		return listing, nil, nil
	}
	rows, err := db.Query(ctx, mineSQL+` WHERE r.id = ANY ($2::text[]::uuid[]) AND m.removed_at IS NULL AND r.deleted_at IS NULL`, person, texts(ids))
	mine, err := collect(rows, err, collectMine)
	if err != nil {
		return listing, nil, err
	}
	for _, v := range ids {
		if !slices.ContainsFunc(mine, func(m room.Mine) bool { return m.ID == v }) {
			left = append(left, v)
		}
	}
	listing, err = withLast(ctx, db, person, mine)
	return listing, left, err
}

// RoomPush implements fanout.Store: the rows as they are now.
func (s Logs) RoomPush(ctx context.Context, roomID id.ID, from, to int64) (p fanout.RoomPush, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if p.Events, err = roomEvents(ctx, tx, roomID, from-1, to); err != nil {
			return err
		}
		e := sortOut(p.Events)
		if p.Messages, err = publicMessages(ctx, tx, messageSQL, id.ID{}, e.messages); err != nil {
			return err
		}
		if err = withReactors(ctx, tx, p.Messages); err != nil {
			return err
		}
		if len(e.people) > 0 {
			if p.Members, err = membersByID(ctx, tx, roomID, e.people); err != nil {
				return err
			}
		}
		if !e.room {
			return nil
		}
		var mine room.Mine
		err := tx.QueryRow(ctx, `SELECT `+roomColumns+`, `+counterColumns+` FROM rooms r JOIN room_sequences s ON s.room_id = r.id
			WHERE r.id = $1`, roomID).Scan(append(roomFields(&mine.Room), counterFields(&mine.Room)...)...)
		if err != nil {
			return err
		}
		p.Room, err = withLast(ctx, tx, id.ID{}, []room.Mine{mine})
		return err
	})
	return p, err
}

// withReactors adds who gave each reaction: each of them is told which are their own.
func withReactors(ctx context.Context, db DB, list []message.Message) error {
	var ids []id.ID
	for _, m := range list {
		if len(m.Reactions) > 0 {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := db.Query(ctx, `SELECT message_id, emoji, user_id FROM message_reactions WHERE message_id = ANY ($1::text[]::uuid[])`, texts(ids))
	if err != nil {
		return err
	}
	var messageID, person id.ID
	var emoji string
	_, err = pgx.ForEachRow(rows, []any{&messageID, &emoji, &person}, func() error {
		for i := range list {
			for j := range list[i].Reactions {
				if r := &list[i].Reactions[j]; list[i].ID == messageID && r.Emoji == emoji {
					r.By = append(r.By, person)
				}
			}
		}
		return nil
	})
	return err
}

// Audience implements fanout.Store. A deleted room keeps the rows of those who were in it.
func (s Logs) Audience(ctx context.Context, roomID, after id.ID, limit int) ([]id.ID, error) {
	rows, err := s.DB.Query(ctx, `SELECT user_id FROM room_members WHERE room_id = $1 AND user_id > $2 AND removed_at IS NULL ORDER BY user_id LIMIT $3`,
		roomID, lowest(after), limit)
	return collect(rows, err, pgx.RowTo[id.ID])
}

// UserPush implements fanout.Store.
func (s Logs) UserPush(ctx context.Context, person id.ID, from, to int64) (p fanout.UserPush, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if p.Events, err = userEvents(ctx, tx, person, from-1, to); err != nil {
			return err
		}
		e := sortOut(p.Events)
		if p.Messages, err = privateMessages(ctx, tx, person, e.messages); err != nil {
			return err
		}
		if p.Invitations, err = invitationsByID(ctx, tx, person, e.invitations); err != nil {
			return err
		}
		if p.Rooms, p.Left, err = roomsNow(ctx, tx, person, e.rooms); err != nil || len(e.rooms) == 0 {
			return err
		}
		// A deleted room has no members, as of its last event.
		rows, err := tx.Query(ctx, `SELECT `+personColumns+`, m.room_id, CASE WHEN m.removed_at IS NULL AND r.deleted_at IS NULL THEN m.role ELSE '' END,
			CASE WHEN r.deleted_at IS NULL THEN m.version ELSE s.event END, m.joined_at, m.monthly_cap, m.last_read_message_id,
			m.role, m.removed_at, m.removed_by IS NOT NULL
			FROM room_members m JOIN users u ON u.id = m.user_id JOIN rooms r ON r.id = m.room_id JOIN room_sequences s ON s.room_id = m.room_id
			WHERE m.user_id = $1 AND m.room_id = ANY ($2::text[]::uuid[])`, person, texts(e.rooms))
		p.Memberships, err = collect(rows, err, collectMember)
		return err
	})
	return p, err
}

func roomEvents(ctx context.Context, db DB, roomID id.ID, after, upTo int64) ([]event.Event, error) {
	rows, err := db.Query(ctx, `SELECT event, kind, entity_id, actor_id, at FROM room_events WHERE room_id = $1 AND event > $2 AND event <= $3 ORDER BY event`, roomID, after, upTo)
	return collect(rows, err, collectEvent)
}

func userEvents(ctx context.Context, db DB, person id.ID, after, upTo int64) ([]event.Event, error) {
	rows, err := db.Query(ctx, `SELECT event, kind, entity_id, user_id, at FROM user_events WHERE user_id = $1 AND event > $2 AND event <= $3 ORDER BY event`, person, after, upTo)
	return collect(rows, err, collectEvent)
}

func collectEvent(row pgx.CollectableRow) (event.Event, error) {
	var e event.Event
	return e, row.Scan(&e.Number, &e.Kind, &e.EntityID, &e.ActorID, moment{&e.At})
}

// entities are what events speak of, each once.
type entities struct {
	messages, people, rooms, invitations []id.ID
	room                                 bool
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
		case event.RoomForked:
			e.room = true
			add(&e.people, v.ActorID)
		case event.RoomUpdated, event.RoomDeleted:
			e.room = true
		case event.RoomJoined, event.RoomLeft:
			add(&e.rooms, v.EntityID)
		case event.InvitationCreated, event.InvitationUpdated:
			add(&e.invitations, v.EntityID)
		}
	}
	return e
}
