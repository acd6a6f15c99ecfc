package postgres

import (
	"context"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

// Search is search.Store.
type Search struct{ DB *pgxpool.Pool }

var _ search.Store = Search{}

// MayRead implements search.Store.
func (s Search) MayRead(ctx context.Context, roomID, person id.ID) error {
	_, err := roomOf(ctx, s.DB, roomID, person)
	return Translate(err)
}

// Candidates implements search.Store.
func (s Search) Candidates(ctx context.Context, f search.Find) (found []search.Candidate, below id.ID, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		rooms, err := roomsToSearch(ctx, tx, f)
		if err != nil || len(rooms) == 0 {
			return err
		}
		ids, err := candidates(ctx, tx, f, rooms)
		if err != nil || len(ids) == 0 {
			return err
		}
		if len(ids) == f.Limit {
			below = ids[f.Limit-1]
		}
		rows, err := tx.Query(ctx, messageSQL+` WHERE m.id = ANY ($1::text[]::uuid[]) AND m.deleted_at IS NULL`+visible+` ORDER BY m.id DESC`, texts(ids), f.Person)
		list, err := collect(rows, err, collectMessage)
		if err != nil {
			return err
		}
		found, err = withRoomNames(ctx, tx, list)
		return err
	})
	return found, below, err
}

// mostRooms are searched at once: each costs a look into the index. Whoever is in more finds what was said in the liveliest.
const mostRooms = 1000

func roomsToSearch(ctx context.Context, db DB, f search.Find) ([]id.ID, error) {
	if !f.RoomID.IsZero() {
		m, err := roomOf(ctx, db, f.RoomID, f.Person)
		return []id.ID{m.ID}, err
	}
	rows, err := db.Query(ctx, `SELECT m.room_id FROM room_members m JOIN rooms r ON r.id = m.room_id JOIN room_sequences s ON s.room_id = r.id
		WHERE m.user_id = $1 AND m.removed_at IS NULL AND r.deleted_at IS NULL ORDER BY s.last_message_id DESC LIMIT $2`, f.Person, mostRooms)
	return collect(rows, err, func(row pgx.CollectableRow) (v id.ID, err error) { return v, row.Scan(&v) })
}

// candidates asks the index for each room apart, so that a word which every room knows costs the rooms that are searched
// and no others. OFFSET 0 keeps the limit out of it: the planner would else walk all messages from the newest, in hope.
func candidates(ctx context.Context, db DB, f search.Find, rooms []id.ID) ([]id.ID, error) {
	queries := make([]string, len(rooms))
	for i, v := range rooms {
		queries[i] = f.In(v)
	}
	limit := ` LIMIT ` + strconv.Itoa(f.Limit)
	rows, err := db.Query(ctx, `SELECT found.message_id FROM unnest($1::text[]::uuid[], $2::text[]::tsquery[]) AS place (room_id, query)
		CROSS JOIN LATERAL (SELECT message_id FROM (SELECT s.message_id FROM message_search s WHERE s.vector @@ place.query AND s.room_id = place.room_id
			AND ($3::uuid IS NULL OR s.message_id < $3) AND ($4::uuid IS NULL OR s.message_id >= $4) AND (s.visible_to IS NULL OR s.visible_to = $5)
			AND ($6::uuid IS NULL OR s.sender_id = $6) AND (s.from_ai OR NOT $7) OFFSET 0) hit ORDER BY message_id DESC`+limit+`) found
		ORDER BY found.message_id DESC`+limit, texts(rooms), queries, f.Below, f.From, f.Person, f.Sender, f.FromAI)
	return collect(rows, err, func(row pgx.CollectableRow) (v id.ID, err error) { return v, row.Scan(&v) })
}

func withRoomNames(ctx context.Context, db DB, list []message.Message) ([]search.Candidate, error) {
	var rooms []id.ID
	for _, m := range list {
		if !slices.Contains(rooms, m.RoomID) {
			rooms = append(rooms, m.RoomID)
		}
	}
	names := map[id.ID]string{}
	rows, err := db.Query(ctx, `SELECT id, name FROM rooms WHERE id = ANY ($1::text[]::uuid[])`, texts(rooms))
	if err != nil {
		return nil, err
	}
	var v id.ID
	var name string
	if _, err := pgx.ForEachRow(rows, []any{&v, &name}, func() error { names[v] = name; return nil }); err != nil {
		return nil, err
	}
	found := make([]search.Candidate, len(list))
	for i, m := range list {
		found[i] = search.Candidate{Message: m, RoomName: names[m.RoomID]}
	}
	return found, nil
}

// unindexed is one message that may not be found yet.
type unindexed struct {
	id, room id.ID
	content  string
	missing  bool
}

// FillSearch implements maintenance.NightStore: it goes on where the lowest pass stands. A row that was made meanwhile
// stays, since it is newer; one that was deleted meanwhile is not shown, whatever finds it.
func (s Maintenance) FillSearch(ctx context.Context, limit int) (looked int64, err error) {
	err = InTx(ctx, s.DB, func(tx Tx) error {
		looked = 0
		var pass int
		var below id.ID
		err := tx.QueryRow(ctx, `SELECT pass, below FROM message_search_fill ORDER BY pass LIMIT 1`).Scan(&pass, &below)
		if there, err := Found(err); err != nil || !there {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT m.id, m.room_id, CASE WHEN s.message_id IS NULL THEN m.content ELSE '' END, s.message_id IS NULL AND m.content <> ''
			FROM messages m LEFT JOIN message_search s ON s.message_id = m.id WHERE m.id < $1 ORDER BY m.id DESC LIMIT $2`, below, limit)
		list, err := collect(rows, err, func(row pgx.CollectableRow) (u unindexed, err error) {
			return u, row.Scan(&u.id, &u.room, &u.content, &u.missing)
		})
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		for _, u := range list {
			if u.missing {
				b.Queue(`INSERT INTO message_search (message_id, room_id, sender_id, from_ai, visible_to, vector)
					SELECT id, room_id, sender_id, type = 'ai', visible_to, array_to_tsvector($2::text[]) FROM messages WHERE id = $1 AND content <> ''
					ON CONFLICT DO NOTHING`, u.id, search.Lexemes(u.room, u.content))
			}
		}
		if looked = int64(len(list)); looked < int64(limit) {
			b.Queue(`DELETE FROM message_search_fill WHERE pass = $1`, pass)
		} else {
			b.Queue(`UPDATE message_search_fill SET below = $2 WHERE pass = $1 AND below = $3`, pass, list[limit-1].id, below)
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return looked, err
}
