package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
)

// onMessage locks the room, checks that the person is in it, and finds a message there that is not deleted.
func onMessage(ctx context.Context, c querier, roomID, person, messageID id.ID) (*locked, message.Message, error) {
	l, err := lock(ctx, c, roomID, person)
	if err != nil {
		return nil, message.Message{}, err
	}
	if err := l.readable(); err != nil {
		return nil, message.Message{}, err
	}
	m, err := messageOf(ctx, c, roomID, person, messageID)
	if err == nil && !m.DeletedAt.IsZero() {
		err = fault.New(fault.NotFound, "The message was deleted.")
	}
	return l, m, err
}

// Edit changes a message's text, or whether the AI may read it. What would change nothing is no event.
func (s *Store) Edit(ctx context.Context, cmd messages.Edit) (m message.Message, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		l, found, err := onMessage(ctx, c, cmd.RoomID, cmd.Person, cmd.MessageID)
		if err != nil {
			return err
		}
		m = found
		if err := mayEdit(l, m, cmd); err != nil {
			return err
		}
		if cmd.Refusal != nil {
			return cmd.Refusal
		}
		sameText := cmd.Content == nil || *cmd.Content == m.Content
		sameFlag := cmd.ExcludeFromAI == nil || *cmd.ExcludeFromAI == m.ExcludeFromAI
		if sameText && sameFlag {
			return nil
		}
		w := l.begin(cmd.Person)
		number := w.event(event.MessageUpdated, m.ID)
		if !sameText {
			w.b.Queue(`UPDATE messages SET content = $2, token_estimate = $3, edited_at = clock_timestamp(), event = $4 WHERE id = $1`,
				m.ID, *cmd.Content, ai.Estimate(*cmd.Content), number)
		}
		if !sameFlag {
			w.b.Queue(`UPDATE messages SET exclude_from_ai = $2, event = $3 WHERE id = $1`, m.ID, *cmd.ExcludeFromAI, number)
		}
		owed, err = w.commit(ctx, c)
		return err
	})
	if err == nil {
		m, err = s.Message(ctx, cmd.RoomID, cmd.Person, cmd.MessageID)
	}
	return m, owed, err
}

func mayEdit(l *locked, m message.Message, cmd messages.Edit) error {
	own := m.IsOwnOf(cmd.Person)
	if cmd.Content != nil {
		if err := l.WritableBy(room.Send); err != nil {
			return err
		}
		if m.Type != message.Human || !own {
			return fault.New(fault.Forbidden, "Only its author may change a message.")
		}
	}
	if cmd.ExcludeFromAI != nil {
		right := room.ExcludeAny
		if own {
			right = room.ExcludeOwn
		}
		return l.WritableBy(right)
	}
	return nil
}

// Delete leaves a tombstone. A running answer to it, or of it, is stopped; the texts of all attempts go with the message.
func (s *Store) Delete(ctx context.Context, roomID, person, messageID id.ID) (stopped []ai.Attempt, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		l, m, err := onMessage(ctx, c, roomID, person, messageID)
		if err != nil {
			return err
		}
		right := room.DeleteAny
		if m.Type == message.Human && m.IsOwnOf(person) {
			right = room.Send
		}
		if err := l.WritableBy(right); err != nil {
			return err
		}
		w := l.begin(person)
		w.b.Queue(`UPDATE messages SET deleted_at = clock_timestamp(), content = '', event = $2 WHERE id = $1`, m.ID, w.event(event.MessageUpdated, m.ID))
		w.b.Queue(`UPDATE ai_generations SET partial_text = '' WHERE message_id = $1`, m.ID)
		if stopped, err = s.stopWhere(ctx, c, w, `message_id = $1 OR question_id = $1`, m.ID); err != nil {
			return err
		}
		owed, err = w.commit(ctx, c)
		return err
	})
	return stopped, owed, err
}

// answerTo finds the AI message that answers a question.
func answerTo(ctx context.Context, c querier, roomID, questionID id.ID) (message.Message, bool, error) {
	// The answer stands in its question's millisecond (or the next): two partitions at most.
	m, err := scanMessage(c.QueryRow(ctx, messageSQL+` WHERE m.answers = $1 AND m.room_id = $2 AND m.id > $1 AND m.id < $3`,
		questionID, roomID, id.Floor(questionID.Time().Add(window))))
	if errors.Is(err, pgx.ErrNoRows) {
		return m, false, nil
	}
	return m, err == nil, err
}
