package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// stopWhere stops the open attempts that a condition names: those whose provider was not called end at once, the others
// are told. It returns the latter.
func (s *Store) stopWhere(ctx context.Context, c querier, w *change, condition string, arg id.ID) (told []ai.Attempt, err error) {
	rows, err := c.Query(ctx, `SELECT `+generationColumns+` FROM ai_generations WHERE (`+condition+`) AND`+open+`ORDER BY message_id, attempt FOR UPDATE`, arg)
	if err != nil {
		return nil, err
	}
	running, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (ai.Generation, error) { return scanGeneration(r) })
	for _, g := range running {
		if g.ProviderCalledAt.IsZero() {
			s.queueSettle(ctx, w, g, ai.Outcome{Status: message.Cancelled})
			continue
		}
		w.b.Queue(`UPDATE ai_generations SET stop_requested_at = coalesce(stop_requested_at, clock_timestamp()) WHERE message_id = $1 AND attempt = $2`,
			g.MessageID, g.Number)
		told = append(told, g.Attempt)
	}
	return told, err
}

// pair finds the AI message and its question from either's id; not_found if one of them is deleted or missing.
func pair(ctx context.Context, c querier, roomID, person, messageID id.ID) (question, answer message.Message, err error) {
	missing := fault.New(fault.NotFound, "There is no AI reply to that message.")
	m, err := messageOf(ctx, c, roomID, person, messageID)
	if err != nil {
		return question, answer, err
	}
	if m.Type == message.AI {
		answer = m
		question, err = messageOf(ctx, c, roomID, person, m.Answers)
	} else {
		question = m
		var found bool
		if answer, found, err = answerTo(ctx, c, roomID, m.ID); err == nil && !found {
			err = missing
		}
	}
	if err == nil && (!question.DeletedAt.IsZero() || !answer.DeletedAt.IsZero()) {
		err = missing
	}
	return question, answer, err
}

// maySteer says whether the person may regenerate or stop an answer: an asker their own, admins all.
func maySteer(role room.Role, answer message.Message, person id.ID) error {
	if answer.IsOwnOf(person) {
		return role.Check(room.AskAI)
	}
	return role.Check(room.SteerAny)
}

// Stop ends an answer, or asks its worker to.
func (s *Store) Stop(ctx context.Context, roomID, person, messageID id.ID) (stop replies.Stopped, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		l, err := lock(ctx, c, roomID, person)
		if err != nil {
			return err
		}
		if err := l.readable(); err != nil {
			return err
		}
		_, answer, err := pair(ctx, c, roomID, person, messageID)
		if err != nil {
			return err
		}
		if err := maySteer(l.Role, answer, person); err != nil {
			return err
		}
		w := l.begin(person)
		if stop.Told, err = s.stopWhere(ctx, c, w, `message_id = $1`, answer.ID); err != nil {
			return err
		}
		stop.Message.ID = answer.ID
		owed, err = w.commit(ctx, c)
		return err
	})
	if err == nil {
		stop.Message, err = s.Message(ctx, roomID, person, stop.Message.ID)
	}
	return stop, owed, err
}

// Regenerate gives the AI message that answers a question a new attempt, by UPDATE; it never makes a row in messages.
func (s *Store) Regenerate(ctx context.Context, cmd replies.Regenerate, key Key) (m message.Message, created bool, owed []outbox.Row, err error) {
	err = s.inTx(ctx, readCommitted, func(c querier) error {
		b := &pgx.Batch{}
		l := &locked{}
		queueClaim(b, key, cmd.QuestionID, &created)
		queueLock(b, l, cmd.RoomID, cmd.Person)
		if err := c.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if err := l.readable(); err != nil {
			return err
		}
		if !created {
			if _, _, err := claimed(ctx, c, key); err != nil {
				return err
			}
			_, m, err = pair(ctx, c, cmd.RoomID, cmd.Person, cmd.QuestionID)
			return err
		}
		question, answer, err := pair(ctx, c, cmd.RoomID, cmd.Person, cmd.QuestionID)
		if err != nil {
			return err
		}
		if err := s.mayRegenerate(ctx, c, l, question, answer, cmd); err != nil {
			return err
		}
		m = answer
		w := l.begin(cmd.Person)
		next := ai.Attempt{MessageID: answer.ID, Number: answer.Reply.Attempt + 1}
		w.b.Queue(`UPDATE messages SET attempt = $2, status = 'pending', event = $3 WHERE id = $1`, answer.ID, next.Number, w.event(event.MessageUpdated, answer.ID))
		if _, err := s.queueGeneration(ctx, w, next, question.ID, answer.Reply.AskerID, cmd.Person, ai.Quote(cmd.Model, w.MaxReplyTokens)); err != nil {
			return err
		}
		owed, err = w.commit(ctx, c)
		return err
	})
	if err == nil {
		m, err = s.Message(ctx, cmd.RoomID, cmd.Person, m.ID)
	}
	return m, created, owed, err
}

func (s *Store) mayRegenerate(ctx context.Context, c querier, l *locked, question, answer message.Message, cmd replies.Regenerate) error {
	if question.ID != cmd.QuestionID {
		return fault.New(fault.NotFound, "That is not a question.")
	}
	if err := maySteer(l.Role, answer, cmd.Person); err != nil {
		return err
	}
	if err := l.WritableBy(room.AskAI); err != nil {
		return err
	}
	if cmd.Refusal != nil {
		return cmd.Refusal
	}
	if answer.Status.Open() {
		return fault.New(fault.GenerationRunning, "The answer is still being written.")
	}
	view := ai.View{Question: question, AskerID: answer.Reply.AskerID, Cutoff: l.AIContextCutoffAt}
	if !view.May(question) {
		return fault.New(fault.Conflict, "The AI may not read this question any more.")
	}
	return unfinished(ctx, c, cmd.RoomID, answer.Reply.AskerID)
}

// Attempts lists every attempt at an answer, oldest first.
func (s *Store) Attempts(ctx context.Context, roomID, person, messageID id.ID) (list []ai.Generation, err error) {
	err = s.inTx(ctx, snapshot, func(c querier) error {
		if _, err := roomOf(ctx, c, roomID, person); err != nil {
			return err
		}
		_, answer, err := pair(ctx, c, roomID, person, messageID)
		if err != nil {
			return err
		}
		rows, err := c.Query(ctx, `SELECT `+generationColumns+` FROM ai_generations WHERE message_id = $1 ORDER BY attempt`, answer.ID)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (ai.Generation, error) { return scanGeneration(r) })
		return err
	})
	return list, err
}
