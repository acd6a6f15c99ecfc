package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/change"
)

func queueOfAccount(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.UpdateProfile:
		u := w.User
		b.Queue(`UPDATE users SET display_name = $2, locale = $3, ai_may_read = $4 WHERE id = $1`, u.ID, u.DisplayName, string(u.Locale), u.AIMayRead)
	case change.SilenceSummaries:
		// Stopped first: what is finished between the two statements is seen by the second.
		const rooms = `SELECT DISTINCT room_id FROM messages WHERE sender_id = $1`
		b.Queue(`UPDATE ai_generations SET stop_requested_at = coalesce(stop_requested_at, clock_timestamp()) WHERE id IN (SELECT id FROM ai_generations
			WHERE kind = 'summary' AND`+open+`AND room_id IN (`+rooms+`) ORDER BY id FOR UPDATE)`, w.UserID)
		b.Queue(`DELETE FROM message_context_summaries WHERE room_id IN (`+rooms+`)`, w.UserID)
	case change.EndAccount:
		b.Queue(`UPDATE users SET deleted_at = $2, erase_after = $3, erase_messages = $4 WHERE id = $1`, w.UserID, w.At, w.EraseAfter, w.EraseMessages)
		b.Queue(`UPDATE sessions SET revoked_at = coalesce(revoked_at, $2) WHERE user_id = $1 AND expires_at > $2`, w.UserID, w.At)
	case change.EraseAccount:
		b.Queue(`UPDATE users SET username = $2, email = NULL, email_verified_at = NULL, display_name = '', password_hash = NULL, kratos_identity_id = NULL, is_admin = false,
			erased_at = $3, erasing = true WHERE id = $1`, w.UserID, w.Username, w.At)
		b.Queue(`INSERT INTO reserved_usernames (hash, until) VALUES ($1, $2) ON CONFLICT (hash) DO UPDATE SET until = EXCLUDED.until`, w.NameHash[:], w.ReservedUntil)
		for _, sql := range []string{`sessions WHERE user_id = $1`, `user_blocks WHERE user_id = $1`, `groups WHERE owner_id = $1`, `group_members WHERE user_id = $1`,
			`idempotency_keys WHERE user_id = $1`, `payment_customers WHERE account_id = $1`} {
			b.Queue(`DELETE FROM `+sql, w.UserID)
		}
	case change.PutNews:
		b.Queue(`INSERT INTO user_news AS n (user_id, renamed) VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE
			SET version = n.version + 1, renamed = n.renamed OR EXCLUDED.renamed, told = NULL`, w.UserID, w.Renamed)
	case change.NewsTold:
		if w.RoomID.IsZero() {
			b.Queue(`DELETE FROM user_news WHERE user_id = $1 AND version = $2`, w.UserID, w.Version)
			return
		}
		b.Queue(`UPDATE user_news SET told = $3 WHERE user_id = $1 AND version = $2 AND (told IS NULL OR told < $3)`, w.UserID, w.Version, w.RoomID)
	}
}
