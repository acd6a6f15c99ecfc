package postgres

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// ofRoom are the statements that take what belongs to a room ($1), so much at once ($2), in the order in which rows hold on to each other. Messages stand
// apart, between what hangs on summaries and the rest.
var (
	beforeMessages = []string{
		// First, so that nobody looks for what is missing in a log that is half gone.
		`DELETE FROM room_sequences WHERE room_id = $1 AND $2 > 0`,
		`DELETE FROM message_context_summaries WHERE generation_id = ANY (ARRAY(SELECT generation_id FROM message_context_summaries WHERE room_id = $1 LIMIT $2))`,
		`DELETE FROM ai_generations WHERE id = ANY (ARRAY(SELECT id FROM ai_generations WHERE room_id = $1 AND kind = 'summary' LIMIT $2))`,
	}
	afterMessages = []string{
		`DELETE FROM room_events WHERE room_id = $1 AND event = ANY (ARRAY(SELECT event FROM room_events WHERE room_id = $1 ORDER BY event LIMIT $2))`,
		`DELETE FROM room_invitations WHERE id = ANY (ARRAY(SELECT id FROM room_invitations WHERE room_id = $1 LIMIT $2))`,
		`DELETE FROM jobs WHERE id = ANY (ARRAY(SELECT id FROM jobs WHERE room_id = $1 AND ended_at IS NOT NULL LIMIT $2))`,
		`DELETE FROM room_members WHERE room_id = $1 AND user_id = ANY (ARRAY(SELECT user_id FROM room_members WHERE room_id = $1 LIMIT $2))`,
		`DELETE FROM rooms WHERE id = $1 AND $2 > 0`,
	}
)

// EraseRooms implements erasure.Store. It goes through one room after the other, and ends with the room itself. A room of which something is
// written still, or a job goes on, waits for another night.
func (s Erasure) EraseRooms(ctx context.Context, deletedBefore, now time.Time, limit int) (total int64, err error) {
	for total < int64(limit) {
		var roomID id.ID
		found, err := Found(s.DB.QueryRow(ctx, `SELECT r.id FROM rooms r WHERE r.deleted_at < $1 AND NOT room_held(r.id, $2)
			AND NOT EXISTS (SELECT FROM ai_generations WHERE room_id = r.id AND`+open+`)
			AND NOT EXISTS (SELECT FROM jobs WHERE room_id = r.id AND ended_at IS NULL) ORDER BY r.deleted_at LIMIT 1`, deletedBefore, now).Scan(&roomID))
		if err != nil || !found {
			return total, Translate(err)
		}
		n, err := s.eraseRoom(ctx, roomID, limit-int(total))
		if total += n; err != nil {
			return total, err
		}
	}
	return total, nil
}

// eraseRoom takes so many rows of a room, each kind in a transaction of its own.
func (s Erasure) eraseRoom(ctx context.Context, roomID id.ID, limit int) (total int64, err error) {
	all := func(statements []string) {
		for _, sql := range statements {
			if rest := limit - int(total); err == nil && rest > 0 {
				tag, execErr := s.DB.Exec(ctx, sql, roomID, rest)
				total, err = total+tag.RowsAffected(), Translate(execErr)
			}
		}
	}
	all(beforeMessages)
	if rest := limit - int(total); err == nil && rest > 0 {
		var n int64
		n, err = s.take(ctx, `SELECT id FROM messages WHERE room_id = $1 ORDER BY id DESC LIMIT $2`, roomID, rest)
		total += n
	}
	all(afterMessages)
	return total, err
}
