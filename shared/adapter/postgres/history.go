package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// historyBytes bounds what is read at once; a page that it cuts is followed by the next.
const historyBytes = 4 << 20

// historySQL reads what a prompt takes of messages and no more: what people see beside the text would cost ten times as much.
const (
	historyColumns = `m.id, m.room_id, m.type, m.status, m.content, m.visibility, m.visible_to, m.exclude_from_ai, m.token_estimate, m.deleted_at, m.created_at,
		u.id, coalesce(u.username, ''), coalesce(NOT u.ai_may_read, false)`
	historySQL = `SELECT ` + historyColumns + `, m.running FROM (SELECT *, sum(octet_length(content)) OVER (ORDER BY id DESC ROWS UNBOUNDED PRECEDING) AS running
		FROM (SELECT id, room_id, sender_id, type, status, content, visibility, visible_to, exclude_from_ai, token_estimate, deleted_at, created_at FROM messages m
			WHERE m.room_id = $1` + visible + ` AND m.id < $3 AND m.id >= $4 ORDER BY m.id DESC LIMIT $5) found) m
	LEFT JOIN users u ON u.id = m.sender_id WHERE m.running - octet_length(m.content) < $6 ORDER BY m.id DESC`
)

func scanHistory(row pgx.Row, more ...any) (m message.Message, err error) {
	var p room.Person
	err = row.Scan(append([]any{&m.ID, &m.RoomID, &m.Type, &m.Status, &m.Content, &m.Visibility, &m.VisibleTo, &m.ExcludeFromAI, &m.TokenEstimate, moment{&m.DeletedAt},
		moment{&m.CreatedAt}, &p.ID, &p.Username, &m.KeptFromAI}, more...)...)
	if !p.ID.IsZero() {
		m.Sender = &p
	}
	return m, err
}

// History implements replies.History.
func (s Generations) History(ctx context.Context, q replies.HistoryQuery) (list []message.Message, more bool, err error) {
	var running int64
	rows, err := s.DB.Query(ctx, historySQL, q.RoomID, q.Asker, q.Before, lowest(q.NotBefore), q.Limit+1, historyBytes)
	list, err = collect(rows, err, func(row pgx.CollectableRow) (message.Message, error) { return scanHistory(row, &running) })
	list, more = cut(list, running >= historyBytes, q.Limit)
	return list, more, err
}
