package postgres

import (
	"context"
	"errors"
	"time"

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

// Send stores a person's message and, if the AI is asked, the pending message that will answer it, in one transaction
// under the room's lock. An equal request answers the first one's messages, with created false.
func (s *Store) Send(ctx context.Context, cmd messages.Send, key Key) (sent messages.Sent, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		// The message's id is made under the lock, so the key names the client's id. What need not be read under the lock
		// goes before it.
		b := &pgx.Batch{}
		var fresh bool
		var sender room.Person
		l := &locked{}
		queueClaim(b, key, cmd.ClientMessageID, &fresh)
		b.Queue(`SELECT `+personColumns+` FROM users u WHERE u.id = $1`, cmd.Sender).QueryRow(func(r pgx.Row) error {
			return r.Scan(personFields(&sender)...)
		})
		queueLock(b, l, cmd.RoomID, cmd.Sender)
		if err := c.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if err := l.readable(); err != nil {
			return err
		}
		if !fresh {
			sent, err = resend(ctx, c, key, cmd)
			return err
		}
		right := room.Send
		if cmd.Ask != nil {
			right = room.AskAI
		}
		if err := l.WritableBy(right); err != nil {
			return err
		}
		if cmd.Refusal != nil {
			return cmd.Refusal
		}
		if err := checkReplyTo(ctx, c, cmd); err != nil {
			return err
		}
		w := l.begin(cmd.Sender)
		sent.Message = queueHuman(w, cmd, &sender)
		if cmd.Ask != nil {
			if err := unfinished(ctx, c, cmd.RoomID, cmd.Sender); err != nil {
				return err
			}
			answer, err := s.queueAnswer(ctx, w, sent.Message, cmd)
			if err != nil {
				return err
			}
			sent.AIMessage = &answer
		}
		w.b.Queue(`UPDATE room_members SET last_read_message_id = $3, last_read_sequence = $4 WHERE room_id = $1 AND user_id = $2`,
			cmd.RoomID, cmd.Sender, w.LastMessageID, w.LastSequence)
		sent.Created = true
		owed, err = w.commit(ctx, c)
		return err
	})
	return sent, owed, err
}

// readable returns not_found for outsiders and deleted rooms: before a replay, and before anything else is told.
func (l *locked) readable() error {
	if !l.exists || !l.DeletedAt.IsZero() {
		return room.Outside.Check(room.Read)
	}
	return l.Role.Check(room.Read)
}

// resend answers an equal request with what the first one made: the first message with the client's id since the key was
// taken. Naming the message in the key would be one more write under the lock of every send.
func resend(ctx context.Context, c querier, key Key, cmd messages.Send) (messages.Sent, error) {
	_, began, err := claimed(ctx, c, key)
	if err != nil {
		return messages.Sent{}, err
	}
	const clocksMayStep = time.Minute
	m, err := scanMessage(c.QueryRow(ctx, messageSQL+` WHERE m.room_id = $1`+visible+` AND m.id >= $3 AND m.sender_id = $2 AND m.client_message_id = $4
		ORDER BY m.id LIMIT 1`, cmd.RoomID, cmd.Sender, id.Floor(began.Add(-clocksMayStep)), cmd.ClientMessageID))
	if errors.Is(err, pgx.ErrNoRows) {
		return messages.Sent{}, noMessage()
	}
	if err != nil {
		return messages.Sent{}, err
	}
	sent := messages.Sent{Message: m}
	answer, found, err := answerTo(ctx, c, cmd.RoomID, m.ID)
	if found {
		sent.AIMessage = &answer
	}
	return sent, err
}

func checkReplyTo(ctx context.Context, c querier, cmd messages.Send) error {
	if cmd.ReplyTo.IsZero() {
		return nil
	}
	if _, err := messageOf(ctx, c, cmd.RoomID, cmd.Sender, cmd.ReplyTo); err != nil {
		if fault.Is(err, fault.NotFound) {
			return fault.Invalid("reply_to", "is not a message of this room")
		}
		return err
	}
	return nil
}

func unfinished(ctx context.Context, c querier, roomID, asker id.ID) error {
	var running int
	err := c.QueryRow(ctx, `SELECT count(*) FROM ai_generations WHERE room_id = $1 AND asker_id = $2 AND status IN ('pending', 'streaming')`,
		roomID, asker).Scan(&running)
	if err == nil && running >= ai.MaxUnfinished {
		return fault.New(fault.GenerationRunning, "Three of your answers are still being written here.")
	}
	return err
}

func queueHuman(w *change, cmd messages.Send, sender *room.Person) message.Message {
	m := message.Message{RoomID: cmd.RoomID, Sender: sender, Type: message.Human, Status: message.Completed, Content: cmd.Content,
		ReplyTo: cmd.ReplyTo, Visibility: message.Public, ClientMessageID: cmd.ClientMessageID, TokenEstimate: ai.Estimate(cmd.Content)}
	m.ID, m.Sequence = w.nextMessage()
	m.CreatedAt = m.ID.Time()
	m.Event = w.event(event.MessageCreated, m.ID)
	w.b.Queue(`INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, reply_to, client_message_id, token_estimate, created_at)
		VALUES ($1, $2, $3, $4, $5, 'human', 'completed', $6, $7, $8, $9, $10)`,
		m.ID, m.RoomID, m.Sequence, m.Event, m.Sender.ID, m.Content, m.ReplyTo, m.ClientMessageID, m.TokenEstimate, m.CreatedAt)
	return m
}

// queueAnswer puts the pending AI message right after its question: the same millisecond, the next counter.
func (s *Store) queueAnswer(ctx context.Context, w *change, question message.Message, cmd messages.Send) (message.Message, error) {
	m := message.Message{RoomID: cmd.RoomID, Type: message.AI, Status: message.Pending, Visibility: message.Public, Answers: question.ID}
	w.LastMessageID = question.ID.Place().After().ID()
	w.LastSequence++
	m.ID, m.Sequence = w.LastMessageID, w.LastSequence
	m.CreatedAt = m.ID.Time()
	m.Event = w.event(event.MessageCreated, m.ID)
	w.b.Queue(`INSERT INTO messages (id, room_id, sequence, event, type, status, answers, attempt, created_at)
		VALUES ($1, $2, $3, $4, 'ai', 'pending', $5, 1, $6)`, m.ID, m.RoomID, m.Sequence, m.Event, m.Answers, m.CreatedAt)
	terms, err := s.queueGeneration(ctx, w, ai.Attempt{MessageID: m.ID, Number: 1}, question.ID, cmd.Sender, cmd.Sender, ai.Quote(*cmd.Ask, w.MaxReplyTokens))
	m.Reply = &message.Reply{AskerID: cmd.Sender, Provider: terms.Provider, Model: terms.Model, Attempt: 1}
	return m, err
}

// queueGeneration records an attempt, holds what it may cost, and owes a worker and a watchdog for it.
func (s *Store) queueGeneration(ctx context.Context, w *change, a ai.Attempt, question, asker, presser id.ID, t ai.Terms) (ai.Terms, error) {
	payer := w.OwnerID
	t, err := s.meter.Hold(ctx, w.b, payer, a, t)
	if err != nil {
		return t, err
	}
	w.b.Queue(`INSERT INTO ai_generations (message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, prompt_budget,
		reply_cap, hold, weight_input, weight_output) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		a.MessageID, a.Number, w.ID, question, asker, presser, payer, t.Provider, t.Model, t.PromptBudget, t.ReplyCap, t.Hold, t.Weights.Input, t.Weights.Output)
	job := outbox.Job{MessageID: a.MessageID, Attempt: a.Number}
	w.owe(outbox.NewReply(job, payer), outbox.NewWatch(job, ai.LookAgainAfter))
	return t, nil
}
