package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/accounts"
)

// News is accounts.Store.
type News struct{ DB *pgxpool.Pool }

var _ accounts.Store = News{}

// Untold implements accounts.Store.
func (s News) Untold(ctx context.Context, limit int) ([]id.ID, error) {
	rows, err := s.DB.Query(ctx, `SELECT user_id FROM user_news ORDER BY created_at LIMIT $1`, limit)
	return collect(rows, err, collectID)
}

// Next implements accounts.Store.
func (s News) Next(ctx context.Context, person id.ID, limit int) (n accounts.News, found bool, err error) {
	n.Person = person
	var told id.ID
	err = s.DB.QueryRow(ctx, `SELECT n.version, n.renamed, n.told, u.deleted_at IS NOT NULL FROM user_news n JOIN users u ON u.id = n.user_id WHERE n.user_id = $1`, person).
		Scan(&n.Version, &n.Renamed, &told, &n.Leaving)
	if found, err = Found(err); err != nil || !found {
		return n, false, err
	}
	rows, err := s.DB.Query(ctx, `SELECT room_id FROM room_members WHERE user_id = $1 AND removed_at IS NULL AND room_id > $2
		UNION SELECT DISTINCT room_id FROM messages WHERE sender_id = $1 AND room_id > $2 ORDER BY 1 LIMIT $3`, person, lowest(told), limit)
	n.Rooms, err = collect(rows, err, collectID)
	return n, true, err
}

// Ending implements accounts.Store.
func (s News) Ending(ctx context.Context, person id.ID) (e accounts.Ending, err error) {
	list := func(sql string) (ids []id.ID) {
		if err != nil {
			return nil
		}
		var rows pgx.Rows
		rows, err = s.DB.Query(ctx, sql, person)
		ids, err = collect(rows, err, collectID)
		return ids
	}
	e.Sessions = list(`SELECT id FROM sessions WHERE user_id = $1 AND expires_at > clock_timestamp()`)
	e.Jobs = list(`SELECT id FROM jobs WHERE requested_by = $1 AND state IN ('queued', 'running') ORDER BY id`)
	e.Invitations = list(`SELECT i.id FROM room_invitations i JOIN rooms r ON r.id = i.room_id AND r.deleted_at IS NULL
		WHERE i.invited_user = $1 AND i.status = 'pending' ORDER BY i.id`)
	return e, err
}
