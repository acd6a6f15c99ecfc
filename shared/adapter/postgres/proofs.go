package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

// Proofs reads what operators prove, and what the projection is made from: maintenance.ProofStore.
type Proofs struct{ DB *pgxpool.Pool }

var _ maintenance.ProofStore = Proofs{}

// MembershipsAfter lists memberships as sockets know them, past ones with role none, by room and person.
func (s Proofs) MembershipsAfter(ctx context.Context, roomID, person id.ID, limit int) ([]realtime.Membership, error) {
	rows, err := s.DB.Query(ctx, `SELECT m.room_id, m.user_id, CASE WHEN m.removed_at IS NULL AND r.deleted_at IS NULL THEN m.role ELSE $4 END,
		CASE WHEN r.deleted_at IS NULL THEN m.version ELSE s.event END, m.last_read_message_id, u.username, u.display_name
		FROM room_members m JOIN users u ON u.id = m.user_id JOIN rooms r ON r.id = m.room_id JOIN room_sequences s ON s.room_id = m.room_id
		WHERE $1::uuid IS NULL OR (m.room_id, m.user_id) > ($1, $2) ORDER BY m.room_id, m.user_id LIMIT $3`, roomID, person, limit, realtime.None)
	return collect(rows, err, func(r pgx.CollectableRow) (m realtime.Membership, err error) {
		return m, r.Scan(&m.RoomID, &m.UserID, &m.Role, &m.Version, &m.Read, &m.Username, &m.DisplayName)
	})
}

// RoomHeadsAfter lists how far rooms' streams have come.
func (s Proofs) RoomHeadsAfter(ctx context.Context, roomID id.ID, limit int) ([]maintenance.Head, error) {
	rows, err := s.DB.Query(ctx, `SELECT room_id, event FROM room_sequences WHERE $1::uuid IS NULL OR room_id > $1 ORDER BY room_id LIMIT $2`, roomID, limit)
	return collect(rows, err, headOf(func(owner id.ID) event.Stream { return event.RoomStream(owner) }))
}

// UserHeadsAfter lists how far people's own streams have come.
func (s Proofs) UserHeadsAfter(ctx context.Context, person id.ID, limit int) ([]maintenance.Head, error) {
	rows, err := s.DB.Query(ctx, `SELECT user_id, event FROM user_sequences WHERE $1::uuid IS NULL OR user_id > $1 ORDER BY user_id LIMIT $2`, person, limit)
	return collect(rows, err, headOf(func(owner id.ID) event.Stream { return event.UserStream(owner) }))
}

func headOf(stream func(owner id.ID) event.Stream) pgx.RowToFunc[maintenance.Head] {
	return func(r pgx.CollectableRow) (h maintenance.Head, err error) {
		err = r.Scan(&h.Owner, &h.Event)
		h.Stream = stream(h.Owner).String()
		return h, err
	}
}

// A log is dense if its rows, in order, are numbered without a hole from their first to what the counting row says. Old
// events are purged from the front, so theirs may begin anywhere; a room says where its messages begin.
const (
	messagesOfSQL = `SELECT count(*) AS rows, count(*) FILTER (WHERE sequence <> place) AS wrong FROM (
		SELECT sequence, o.first_sequence - 1 + row_number() OVER (ORDER BY id) AS place FROM messages WHERE room_id = o.id AND sequence IS NOT NULL) numbered`
	eventsOfSQL = `SELECT coalesce(max(event), 0) AS last, count(DISTINCT event - place) AS runs FROM (
		SELECT event, row_number() OVER (ORDER BY event) AS place FROM `
)

// RoomGaps looks at the logs of some rooms.
func (s Proofs) RoomGaps(ctx context.Context, roomID id.ID, limit int) (gaps []maintenance.Gap, last id.ID, err error) {
	return s.gaps(ctx, `WITH o AS (SELECT room_id AS id, sequence, event, first_sequence FROM room_sequences WHERE $1::uuid IS NULL OR room_id > $1 ORDER BY room_id LIMIT $2)
		SELECT o.id, m.wrong = 0 AND m.rows = o.sequence - o.first_sequence + 1, e.runs <= 1 AND e.last = o.event FROM o
		CROSS JOIN LATERAL (`+messagesOfSQL+`) m CROSS JOIN LATERAL (`+eventsOfSQL+`room_events WHERE room_id = o.id) numbered) e
		ORDER BY o.id`, roomID, limit, func(owner id.ID) event.Stream { return event.RoomStream(owner) })
}

// UserGaps looks at some people's own logs.
func (s Proofs) UserGaps(ctx context.Context, person id.ID, limit int) (gaps []maintenance.Gap, last id.ID, err error) {
	return s.gaps(ctx, `WITH o AS (SELECT user_id AS id, event FROM user_sequences WHERE $1::uuid IS NULL OR user_id > $1 ORDER BY user_id LIMIT $2)
		SELECT o.id, true, e.runs <= 1 AND e.last = o.event FROM o
		CROSS JOIN LATERAL (`+eventsOfSQL+`user_events WHERE user_id = o.id) numbered) e
		ORDER BY o.id`, person, limit, func(owner id.ID) event.Stream { return event.UserStream(owner) })
}

func (s Proofs) gaps(ctx context.Context, sql string, after id.ID, limit int, stream func(id.ID) event.Stream) (gaps []maintenance.Gap, last id.ID, err error) {
	type owner struct {
		id               id.ID
		messages, events bool
	}
	rows, err := s.DB.Query(ctx, sql, after, limit)
	owners, err := collect(rows, err, func(r pgx.CollectableRow) (o owner, err error) { return o, r.Scan(&o.id, &o.messages, &o.events) })
	if err != nil {
		return nil, last, err
	}
	for _, o := range owners {
		if !o.messages {
			gaps = append(gaps, maintenance.Gap{Stream: stream(o.id).String(), What: "messages"})
		}
		if !o.events {
			gaps = append(gaps, maintenance.Gap{Stream: stream(o.id).String(), What: "events"})
		}
	}
	if len(owners) == limit {
		last = owners[limit-1].id
	}
	return gaps, last, nil
}
