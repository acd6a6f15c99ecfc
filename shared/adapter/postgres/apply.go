package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// apply writes a plan in one batch that ends with the COMMIT, so that locks are held for one round trip. It writes only
// rows that are locked or new.
func apply(ctx context.Context, tx Tx, p *change.Plan, owed []outbox.Row) error {
	b := &pgx.Batch{}
	for _, w := range p.Writes() {
		if err := queue(b, w); err != nil {
			return err
		}
	}
	queueAudit(b, p.Audited(), audit.AddressOf(ctx))
	for _, log := range p.UserLogs() {
		queueUserLog(b, log)
	}
	if log, any := p.RoomLog(); any {
		n := min(len(owed), mostOwed)
		queueRoomLog(b, log, owed[:n])
		owed = owed[n:]
	}
	queueOutbox(b, owed)
	for _, book := range p.Books() {
		queueBook(b, book)
	}
	if b.Len() == 0 {
		return nil
	}
	b.Queue("COMMIT")
	return tx.SendBatch(ctx, b).Close()
}

// queueRoomLog is one statement for all that follows from a public change: it is under the lock of every send, and each
// statement costs parsing and planning.
func queueRoomLog(b *pgx.Batch, log change.RoomLog, owed []outbox.Row) {
	var p parameters
	var logged []string
	for _, e := range log.Events {
		logged = append(logged, p.row(log.RoomID, e.Number, string(e.Kind), e.EntityID, e.ActorID))
	}
	b.Queue(`WITH logged AS (INSERT INTO room_events (room_id, event, kind, entity_id, actor_id) VALUES `+strings.Join(logged, ", ")+`),
		owed AS (`+insertOutbox(&p, owed)+`)
		UPDATE room_sequences SET (sequence, event, last_message_id) = `+p.row(log.Sequence, log.Event, log.LastMessageID)+`
		WHERE room_id = `+p.one(log.RoomID), p...)
}

func queueUserLog(b *pgx.Batch, log change.UserLog) {
	var p parameters
	var logged []string
	for _, e := range log.Events {
		logged = append(logged, p.row(log.UserID, e.Number, string(e.Kind), e.EntityID))
	}
	b.Queue(`WITH logged AS (INSERT INTO user_events (user_id, event, kind, entity_id) VALUES `+strings.Join(logged, ", ")+`)
		UPDATE user_sequences SET event = `+p.one(log.Event)+` WHERE user_id = `+p.one(log.UserID), p...)
}

// mostOwed is how many rows one statement takes: PostgreSQL admits 65,535 parameters.
const mostOwed = 1000

func queueOutbox(b *pgx.Batch, rows []outbox.Row) {
	for len(rows) > 0 {
		n := min(len(rows), mostOwed)
		var p parameters
		b.Queue(insertOutbox(&p, rows[:n]), p...)
		rows = rows[n:]
	}
}

func insertOutbox(p *parameters, rows []outbox.Row) string {
	values := make([]string, len(rows))
	for i, r := range rows {
		values[i] = p.row(r.ID, string(r.Queue), r.Body, r.Fairness, int(r.Delay.Seconds()))
	}
	return `INSERT INTO outbox (id, queue, body, fairness, delay_seconds) VALUES ` + strings.Join(values, ", ")
}

// queue writes one row as it stands.
func queue(b *pgx.Batch, w change.Write) error {
	switch w := w.(type) {
	case change.InsertRoom, change.UpdateRoom, change.DeleteRoom, change.FreezeRoom, change.SetLimits, change.RaiseRead:
		queueOfRoom(b, w)
	case change.PutMember, change.RemoveMember, change.UpdateMember, change.SetNotify, change.OfferRoom, change.SetOwner:
		queueOfMember(b, w)
	case change.InsertInvitation, change.EndInvitation, change.UseInvitation:
		queueOfInvitation(b, w)
	case change.InsertJob, change.UpdateJob:
		queueOfJob(b, w)
	case change.InsertBlock, change.DeleteBlock, change.InsertGroup, change.RenameGroup, change.DeleteGroup, change.InsertGroupMember, change.DeleteGroupMember:
		queueOfPerson(b, w)
	case change.InsertReport, change.ResolveReport:
		queueOfReport(b, w)
	case change.InsertMessage:
		return queueMessage(b, w.Message)
	case change.SetContent, change.SetExcluded, change.Tombstone, change.BeginAttempt, change.EndAttempt, change.AddReaction, change.RemoveReaction, change.DropMention, change.SetShared:
		queueOfMessage(b, w)
	case change.InsertGeneration, change.CopyGeneration, change.EndGeneration, change.RequestStop, change.Requeue, change.ForgetTexts, change.InsertSummary, change.ForgetSummaries:
		queueOfGeneration(b, w)
	case change.PutCustomer, change.PutPayment, change.PutSubscription, change.PutDispute, change.FreezeAccount:
		queueOfPayment(b, w)
	default:
		return fmt.Errorf("nobody writes a %T", w)
	}
	return nil
}

func queueOfRoom(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.InsertRoom:
		r := w.Room
		b.Queue(`INSERT INTO rooms (id, name, description, owner_id, ai_provider, ai_model, ai_instructions, ai_context_cutoff_at, max_reply_tokens, effort, allowed_models,
			is_archived, fork_state, forked_from_room_id, created_at, updated_at, default_member_cap, monthly_budget)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, nullif($13, ''), $14, $15, $15, $16, $17)`, r.ID, r.Name, r.Description, r.OwnerID, r.AIProvider, r.AIModel,
			r.AIInstructions, orNull(r.AIContextCutoffAt), r.MaxReplyTokens, string(r.Effort), string(r.AllowedModels), r.IsArchived, r.ForkState, r.ForkedFromRoomID, r.CreatedAt,
			w.Limits.MemberCap, w.Limits.MonthlyBudget)
		b.Queue(`INSERT INTO room_sequences (room_id, last_message_id) VALUES ($1, $1)`, r.ID)
	case change.UpdateRoom:
		r := w.Room
		b.Queue(`UPDATE rooms SET name = $2, description = $3, ai_provider = $4, ai_model = $5, ai_instructions = $6, ai_context_cutoff_at = $7,
			max_reply_tokens = $8, is_archived = $9, updated_at = $10, effort = $11, allowed_models = $12, fork_state = nullif($13, '') WHERE id = $1`, r.ID, r.Name, r.Description, r.AIProvider, r.AIModel,
			r.AIInstructions, orNull(r.AIContextCutoffAt), r.MaxReplyTokens, r.IsArchived, r.UpdatedAt, string(r.Effort), string(r.AllowedModels), r.ForkState)
	case change.DeleteRoom:
		b.Queue(`UPDATE rooms SET deleted_at = $2, updated_at = $2 WHERE id = $1`, w.RoomID, w.At)
	case change.FreezeRoom:
		b.Queue(`UPDATE rooms SET frozen_at = $2, updated_at = $3 WHERE id = $1`, w.RoomID, orNull(w.FrozenAt), w.At)
	case change.SetLimits:
		b.Queue(`UPDATE rooms SET default_member_cap = $2, monthly_budget = $3, updated_at = $4 WHERE id = $1`, w.RoomID, w.Limits.MemberCap, w.Limits.MonthlyBudget, w.At)
	case change.RaiseRead:
		b.Queue(`UPDATE room_members SET last_read_message_id = $3, last_read_sequence = greatest(last_read_sequence, $4)
			WHERE room_id = $1 AND user_id = $2 AND (last_read_message_id IS NULL OR last_read_message_id < $3)`, w.RoomID, w.UserID, w.MessageID, w.Sequence)
	}
}

func queueOfMember(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.PutMember:
		m := w.Membership
		// A cap stays with whom it was set for, also if they leave and come again.
		b.Queue(`INSERT INTO room_members (room_id, user_id, role, version, last_read_message_id, last_read_sequence, monthly_cap) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (room_id, user_id) DO UPDATE SET role = EXCLUDED.role, version = EXCLUDED.version, removed_at = NULL, removed_by = NULL, joined_at = EXCLUDED.joined_at,
			last_read_message_id = greatest(room_members.last_read_message_id, EXCLUDED.last_read_message_id),
			last_read_sequence = greatest(room_members.last_read_sequence, EXCLUDED.last_read_sequence),
			monthly_cap = least(room_members.monthly_cap, EXCLUDED.monthly_cap)`,
			m.RoomID, m.Person.ID, string(m.Role), m.Version, w.LastRead, w.LastSequence, m.MonthlyCap)
	case change.RemoveMember:
		b.Queue(`UPDATE room_members SET removed_at = $4, removed_by = $5, version = $3 WHERE room_id = $1 AND user_id = $2`, w.RoomID, w.UserID, w.Version, w.At, w.By)
	case change.UpdateMember:
		m := w.Membership
		b.Queue(`UPDATE room_members SET role = $3, monthly_cap = $4, version = $5 WHERE room_id = $1 AND user_id = $2`, m.RoomID, m.Person.ID, string(m.Role), m.MonthlyCap, m.Version)
	case change.SetNotify:
		b.Queue(`UPDATE room_members SET notify = $3 WHERE room_id = $1 AND user_id = $2`, w.RoomID, w.UserID, string(w.Level))
	case change.OfferRoom:
		b.Queue(`UPDATE rooms SET offered_to = $2::uuid, offered_until = CASE WHEN $2::uuid IS NULL THEN NULL ELSE $3::timestamptz END, updated_at = $4 WHERE id = $1`,
			w.RoomID, w.To, w.Until, w.At)
	case change.SetOwner:
		b.Queue(`UPDATE rooms SET owner_id = $2, offered_to = NULL, offered_until = NULL, updated_at = $3 WHERE id = $1`, w.RoomID, w.OwnerID, w.At)
	}
}

func queueOfInvitation(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.InsertInvitation:
		i := w.Invitation
		var invited id.ID
		if i.InvitedUser != nil {
			invited = i.InvitedUser.ID
		}
		b.Queue(`INSERT INTO room_invitations (id, room_id, kind, role, invited_by, invited_user, token_hash, uses_left, monthly_cap, status, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, i.ID, i.RoomID, string(i.Kind), string(i.Role), i.InvitedBy.ID, invited, w.Hash, i.UsesLeft,
			i.MonthlyCap, string(i.Status), i.ExpiresAt)
	case change.EndInvitation:
		b.Queue(`UPDATE room_invitations SET status = $2 WHERE id = $1`, w.InvitationID, string(w.Status))
	case change.UseInvitation:
		b.Queue(`UPDATE room_invitations SET uses_left = uses_left - 1 WHERE id = $1`, w.InvitationID)
	}
}

func queueOfGeneration(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.InsertGeneration:
		g := w.Generation
		b.Queue(`INSERT INTO ai_generations (id, kind, message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, visibility,
			prompt_budget, reply_cap, hold, weight_input, weight_output, effort, reasoning_allowance, rate_input, rate_cached_input, rate_output, covers_from, covers_to)
			VALUES ($1, $2, $3, nullif($4, 0), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
			g.ID, string(g.Kind), g.MessageID, g.Number, g.RoomID, g.QuestionID, g.AskerID, g.RequestedBy, g.PayerID, g.Terms.Provider, g.Terms.Model, string(g.Visibility),
			g.Terms.PromptBudget, g.Terms.ReplyCap, g.Terms.Hold, g.Terms.Weights.Input(), g.Terms.Weights.Output(),
			string(g.Terms.Effort), g.Terms.ReasoningAllowance, g.Terms.Rates.Input, g.Terms.Rates.CachedInput, g.Terms.Rates.Output,
			g.Covers.From, g.Covers.To)
	case change.CopyGeneration:
		b.Queue(`INSERT INTO ai_generations (id, kind, message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, status,
			prompt_budget, reply_cap, weight_input, weight_output, effort, charged_tokens, finish_reason, created_at, settled_at)
			SELECT $1, kind, $2, $3, room_id, $4, asker_id, asker_id, payer_id, provider, model, $5, prompt_budget, reply_cap, weight_input, weight_output, effort, 0, finish_reason,
			clock_timestamp() - (settled_at - created_at), clock_timestamp() FROM ai_generations WHERE message_id = $6 AND attempt = $7`,
			w.ID, w.To.MessageID, w.To.Number, w.QuestionID, string(w.Status), w.From.MessageID, w.From.Number)
	case change.EndGeneration:
		g := w.Generation
		// The text stands in the message.
		b.Queue(`UPDATE ai_generations SET status = $2, partial_text = '', input_tokens = $3::bigint, cached_input_tokens = least($4::bigint, $3::bigint),
			output_tokens = $5::bigint, reasoning_tokens = least($6::bigint, $5::bigint), usage_estimated = $7, charged_tokens = $8,
			error_code = nullif($9, ''), finish_reason = nullif($10, ''), settled_at = greatest(clock_timestamp(), created_at), first_text_at = CASE WHEN $11 THEN coalesce(first_text_at, clock_timestamp()) END,
			thinking = $12, provider_cost_nanousd = $13 WHERE id = $1`,
			g.ID, string(g.Status), g.Usage.InputTokens, g.Usage.CachedInputTokens, g.Usage.OutputTokens, g.Usage.ReasoningTokens, g.Usage.Estimated, *g.ChargedTokens,
			g.ErrorCode, string(g.FinishReason), g.Text != "", g.Thinking, g.CostNanoUSD)
	case change.RequestStop:
		b.Queue(`UPDATE ai_generations SET stop_requested_at = coalesce(stop_requested_at, clock_timestamp()) WHERE id = $1`, w.GenerationID)
	case change.Requeue:
		b.Queue(`UPDATE ai_generations SET requeued_at = clock_timestamp() WHERE id = $1`, w.GenerationID)
	case change.InsertSummary:
		queueSummary(b, w)
	case change.ForgetSummaries:
		queueForgetting(b, w)
	case change.ForgetTexts:
		b.Queue(`UPDATE ai_generations SET partial_text = '', thinking = '' WHERE message_id = $1`, w.MessageID)
	}
}
