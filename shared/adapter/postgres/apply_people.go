package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/change"
)

func queueOfPerson(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.InsertBlock:
		b.Queue(`INSERT INTO user_blocks (user_id, blocked_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, w.UserID, w.BlockedID)
	case change.DeleteBlock:
		b.Queue(`DELETE FROM user_blocks WHERE user_id = $1 AND blocked_id = $2`, w.UserID, w.BlockedID)
	case change.InsertGroup:
		g := w.Group
		b.Queue(`INSERT INTO groups (id, owner_id, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)`, g.ID, g.OwnerID, g.Name, g.CreatedAt)
	case change.RenameGroup:
		b.Queue(`UPDATE groups SET name = $2, updated_at = $3 WHERE id = $1`, w.GroupID, w.Name, w.At)
	case change.DeleteGroup:
		b.Queue(`DELETE FROM groups WHERE id = $1`, w.GroupID)
	case change.InsertGroupMember:
		b.Queue(`INSERT INTO group_members (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, w.GroupID, w.UserID)
	case change.DeleteGroupMember:
		b.Queue(`DELETE FROM group_members WHERE group_id = $1 AND user_id = $2`, w.GroupID, w.UserID)
	}
}
