package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/erasure"
)

// Erasure is erasure.Store.
type Erasure struct{ DB *pgxpool.Pool }

var _ erasure.Store = Erasure{}

func collectID(row pgx.CollectableRow) (id.ID, error) { return scanID(row) }

// Ended implements erasure.Store.
func (s Erasure) Ended(ctx context.Context, now time.Time, limit int) ([]id.ID, error) {
	rows, err := s.DB.Query(ctx, `SELECT u.id FROM users u WHERE u.erase_after <= $1 AND u.erased_at IS NULL AND NOT user_held(u.id, $1)
		AND NOT EXISTS (SELECT FROM user_news WHERE user_id = u.id) ORDER BY u.erase_after LIMIT $2`, now, limit)
	return collect(rows, err, collectID)
}

// atOnce is how many messages of a room go in one transaction: others wait for it.
const atOnce = 100

// theirs is what erased people ($1 the moment) wrote to everybody and wished to go.
const theirs = ` FROM users u JOIN messages m ON m.sender_id = u.id WHERE u.erasing AND u.erase_messages AND m.visibility = 'public' AND m.deleted_at IS NULL
	AND NOT user_held(u.id, $1) AND NOT room_held(m.room_id, $1) AND EXISTS (SELECT FROM room_sequences WHERE room_id = m.room_id)`

// Words implements erasure.Store.
func (s Erasure) Words(ctx context.Context, now time.Time, limit int) (list []erasure.Words, err error) {
	rows, err := s.DB.Query(ctx, `SELECT u.id, m.room_id, m.id`+theirs+` ORDER BY u.id, m.room_id, m.id LIMIT $2`, now, limit)
	if err != nil {
		return nil, Translate(err)
	}
	var person, roomID, messageID id.ID
	_, err = pgx.ForEachRow(rows, []any{&person, &roomID, &messageID}, func() error {
		last := len(list) - 1
		if last < 0 || list[last].Person != person || list[last].RoomID != roomID || len(list[last].Messages) == atOnce {
			list = append(list, erasure.Words{Person: person, RoomID: roomID})
			last++
		}
		list[last].Messages = append(list[last].Messages, messageID)
		return nil
	})
	return list, Translate(err)
}

const private = ` FROM users u JOIN messages m ON m.visible_to = u.id WHERE u.erasing AND NOT user_held(u.id, $1) AND NOT room_held(m.room_id, $1)`

// ErasePrivate implements erasure.Store. The newest goes first, so that no answer ever stands without its question.
func (s Erasure) ErasePrivate(ctx context.Context, now time.Time, limit int) (int64, error) {
	return s.take(ctx, `SELECT m.id`+private+` ORDER BY m.id DESC LIMIT $2`, now, limit)
}

// take deletes the messages that a query finds, with the attempts at them.
func (s Erasure) take(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = InTx(ctx, s.DB, func(tx Tx) error {
		rows, err := tx.Query(ctx, query, args...)
		found, err := collect(rows, err, collectID)
		if err != nil || len(found) == 0 {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`DELETE FROM ai_generations WHERE message_id = ANY ($1::text[]::uuid[])`, texts(found))
		b.Queue(`DELETE FROM messages WHERE id = ANY ($1::text[]::uuid[])`, texts(found))
		n = int64(len(found))
		return tx.SendBatch(ctx, b).Close()
	})
	return n, err
}

// named are notes that hold the name of an erased person as the one ($1 the moment) who did something, or to whom it was done.
func named(part string) string {
	return ` FROM users u JOIN messages m ON m.system -> '` + part + `' ->> 'ID' = u.id::text WHERE u.erasing AND m.system IS NOT NULL
		AND m.system -> '` + part + `' ->> 'Name' <> '' AND NOT user_held(u.id, $1) AND NOT room_held(m.room_id, $1)`
}

// EraseNames implements erasure.Store. Notes say nothing else of a person, so that nobody needs to be told.
func (s Erasure) EraseNames(ctx context.Context, now time.Time, limit int) (total int64, err error) {
	for _, part := range []string{"Actor", "User"} {
		tag, err := s.DB.Exec(ctx, `UPDATE messages SET system = jsonb_set(system, '{`+part+`,Name}', '""') WHERE id = ANY (ARRAY(SELECT m.id`+named(part)+` LIMIT $2))`,
			now, limit-int(total))
		if err != nil {
			return total, Translate(err)
		}
		total += tag.RowsAffected()
	}
	return total, nil
}

// Finish implements erasure.Store.
func (s Erasure) Finish(ctx context.Context, now time.Time, limit int) (int64, error) {
	tag, err := s.DB.Exec(ctx, `UPDATE users SET erasing = false WHERE id IN (SELECT id FROM users v WHERE v.erasing AND NOT user_held(v.id, $1)
		AND NOT EXISTS (SELECT FROM messages WHERE visible_to = v.id)
		AND NOT EXISTS (SELECT FROM messages m WHERE m.system IS NOT NULL AND m.system -> 'Actor' ->> 'ID' = v.id::text AND m.system -> 'Actor' ->> 'Name' <> '')
		AND NOT EXISTS (SELECT FROM messages m WHERE m.system IS NOT NULL AND m.system -> 'User' ->> 'ID' = v.id::text AND m.system -> 'User' ->> 'Name' <> '')
		AND NOT (v.erase_messages AND EXISTS (SELECT FROM messages WHERE sender_id = v.id AND visibility = 'public' AND deleted_at IS NULL)) LIMIT $2)`, now, limit)
	return tag.RowsAffected(), Translate(err)
}

// PurgeJobs implements erasure.Store.
func (s Erasure) PurgeJobs(ctx context.Context, endedBefore time.Time, limit int) (int64, error) {
	tag, err := s.DB.Exec(ctx, `DELETE FROM jobs WHERE id = ANY (ARRAY(SELECT id FROM jobs WHERE ended_at < $1 ORDER BY ended_at LIMIT $2))`, endedBefore, limit)
	return tag.RowsAffected(), Translate(err)
}

// PurgeNames implements erasure.Store.
func (s Erasure) PurgeNames(ctx context.Context, now time.Time, limit int) (int64, error) {
	tag, err := s.DB.Exec(ctx, `DELETE FROM reserved_usernames WHERE hash = ANY (ARRAY(SELECT hash FROM reserved_usernames WHERE until <= $1 LIMIT $2))`, now, limit)
	return tag.RowsAffected(), Translate(err)
}

// NextDue implements erasure.Store.
func (s Erasure) NextDue(ctx context.Context, roomsKept time.Duration) (at time.Time, err error) {
	err = s.DB.QueryRow(ctx, `SELECT least(
		(SELECT min(greatest(u.erase_after, h.until)) FROM users u LEFT JOIN legal_holds h ON h.subject = u.id
			WHERE u.erase_after IS NOT NULL AND u.erased_at IS NULL AND (h.subject IS NULL OR h.until IS NOT NULL)),
		(SELECT min(greatest(r.deleted_at + make_interval(secs => $1), h.until)) FROM rooms r LEFT JOIN legal_holds h ON h.subject = r.id
			WHERE r.deleted_at IS NOT NULL AND (h.subject IS NULL OR h.until IS NOT NULL)))`, roomsKept.Seconds()).Scan(moment{&at})
	return at, Translate(err)
}
