package postgres

import (
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

// queueMessage writes a message, what it is found by and whom it names in one statement: it is under the lock of every send.
func queueMessage(b *pgx.Batch, m message.Message) error {
	var p parameters
	var sender, sequence any
	if m.Sender != nil {
		sender = m.Sender.ID
	}
	if m.Sequence > 0 {
		sequence = m.Sequence
	}
	attempt, contentAttempt := 0, 0
	if m.Reply != nil {
		attempt, contentAttempt = m.Reply.Attempt, m.Reply.ContentAttempt
	}
	note, err := jsonOrNull(m.Note)
	if err != nil {
		return err
	}
	forwarded, err := jsonOrNull(m.Forwarded)
	if err != nil {
		return err
	}
	// The same values in the same places each time: a statement is planned once for each connection.
	insert := `INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, answers, reply_to, visibility, visible_to,
		client_message_id, token_estimate, attempt, created_at, system, forwarded, exclude_from_ai, content_attempt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
		$17::text::jsonb, $18::text::jsonb, $19, $20)`
	p = parameters{m.ID, m.RoomID, sequence, m.Event, sender, string(m.Type), string(m.Status), m.Content, m.Answers, m.ReplyTo, string(m.Visibility), m.VisibleTo,
		m.ClientMessageID, m.TokenEstimate, attempt, m.CreatedAt, note, forwarded, m.ExcludeFromAI, contentAttempt}
	if m.Content == "" {
		b.Queue(insert, p...)
		return nil
	}
	insert = `WITH said AS (` + insert + `)`
	if len(m.Mentions) > 0 {
		var named []string
		for _, n := range m.Mentions {
			named = append(named, "($1::uuid, $2::uuid, "+strings.TrimPrefix(p.row(string(n.Kind), n.UserID, n.Name), "("))
		}
		insert += `, named AS (INSERT INTO message_mentions (message_id, room_id, kind, user_id, name) VALUES ` + strings.Join(named, ", ") + `)`
	}
	b.Queue(insert+` INSERT INTO message_search (message_id, room_id, sender_id, from_ai, visible_to, vector)
		VALUES ($1, $2, $5, $6 = 'ai', $12, array_to_tsvector(`+p.one(search.Lexemes(m.RoomID, m.Content))+`::text[]))`, p...)
	return nil
}

func jsonOrNull[T any](v *T) (*string, error) {
	if v == nil {
		return nil, nil
	}
	text, err := json.Marshal(v)
	s := string(text)
	return &s, err
}

func queueOfMessage(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.SetContent:
		b.Queue(`UPDATE messages SET content = $2, token_estimate = $3, edited_at = $4, event = $5, forwarded = NULL WHERE id = $1`, w.MessageID, w.Content, w.TokenEstimate, w.EditedAt, w.Event)
		queueIndex(b, w.RoomID, w.MessageID, w.Content)
	case change.SetExcluded:
		b.Queue(`UPDATE messages SET exclude_from_ai = $2, event = $3 WHERE id = $1`, w.MessageID, w.Excluded, w.Event)
	case change.Tombstone:
		b.Queue(`UPDATE messages SET deleted_at = $2, deleted_by = $3, content = '', forwarded = NULL, event = $4 WHERE id = $1`, w.MessageID, w.DeletedAt, string(w.By), w.Event)
		for _, table := range []string{"message_search", "message_reactions", "message_mentions"} {
			b.Queue(`DELETE FROM `+table+` WHERE message_id = $1`, w.MessageID)
		}
	case change.AddReaction:
		b.Queue(`WITH given AS (INSERT INTO message_reactions (message_id, user_id, emoji) VALUES ($1, $2, $3)) UPDATE messages SET event = $4 WHERE id = $1`,
			w.MessageID, w.UserID, w.Emoji, w.Event)
	case change.RemoveReaction:
		b.Queue(`WITH taken AS (DELETE FROM message_reactions WHERE message_id = $1 AND user_id = $2 AND emoji = $3) UPDATE messages SET event = $4 WHERE id = $1`,
			w.MessageID, w.UserID, w.Emoji, w.Event)
	case change.DropMention:
		b.Queue(`DELETE FROM message_mentions WHERE message_id = $1 AND kind = $2 AND user_id IS NOT DISTINCT FROM $3`, w.MessageID, string(w.Mention.Kind), w.Mention.UserID)
	case change.SetShared:
		b.Queue(`UPDATE messages SET shared_as = $2, event = $3 WHERE id = $1`, w.MessageID, w.As, w.Event)
	case change.BeginAttempt:
		b.Queue(`UPDATE messages SET attempt = $2, status = 'pending', event = $3 WHERE id = $1`, w.MessageID, w.Attempt, w.Event)
	case change.EndAttempt:
		if w.Content == nil {
			b.Queue(`UPDATE messages SET status = $2, event = $3 WHERE id = $1`, w.MessageID, string(w.Status), w.Event)
			return
		}
		// The text that stood until now becomes that of its own attempt: each text is kept once.
		b.Queue(`UPDATE ai_generations g SET partial_text = m.content FROM messages m
			WHERE m.id = $1 AND g.message_id = $1 AND g.attempt = m.content_attempt AND g.attempt <> $2`, w.MessageID, w.Attempt)
		b.Queue(`UPDATE messages SET status = $2, event = $3, content = $4, token_estimate = $5, content_attempt = $6 WHERE id = $1`,
			w.MessageID, string(w.Status), w.Event, *w.Content, w.TokenEstimate, w.Attempt)
		queueIndex(b, w.RoomID, w.MessageID, *w.Content)
	}
}

// queueIndex makes a message's new text the one by which it is found.
func queueIndex(b *pgx.Batch, roomID, messageID id.ID, text string) {
	b.Queue(`INSERT INTO message_search (message_id, room_id, sender_id, from_ai, visible_to, vector)
		SELECT id, room_id, sender_id, type = 'ai', visible_to, array_to_tsvector($2::text[]) FROM messages WHERE id = $1
		ON CONFLICT (message_id) DO UPDATE SET vector = EXCLUDED.vector`, messageID, search.Lexemes(roomID, text))
}
