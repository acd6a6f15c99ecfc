package postgres

import (
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/ledger"
)

// queueBook writes what changed of one account, in the order token_balances → member_usage → token_lots: one statement for the
// balance and the holds, since one payer's rooms wait for it.
func queueBook(b *pgx.Batch, book *ledger.Book) {
	var p parameters
	var parts []string
	for _, h := range book.Placed() {
		parts = append(parts, `INSERT INTO token_holds (generation_id, account_id, room_id, user_id, month, amount) VALUES `+
			p.row(h.GenerationID, h.AccountID, h.RoomID, h.UserID, h.Month, h.Amount))
		parts = append(parts, addToMember(&p, h, 0, h.Amount))
	}
	for _, e := range book.Ended() {
		parts = append(parts, `DELETE FROM token_holds WHERE generation_id = `+p.one(e.GenerationID))
	}
	for _, t := range book.Entries() {
		parts = append(parts, insertTransaction(&p, t))
	}
	with := ""
	for i, part := range parts {
		parts[i] = `part_` + strconv.Itoa(i) + ` AS (` + part + `)`
	}
	if len(parts) > 0 {
		with = `WITH ` + strings.Join(parts, ", ") + ` `
	}
	b.Queue(with+`UPDATE token_balances SET (balance, held, owed, last_transaction_id) = `+p.row(book.Balance, book.Held, book.Owed, book.LastTransaction)+
		` WHERE account_id = `+p.one(book.ID), p...)
	for _, e := range book.Ended() {
		var p parameters
		b.Queue(addToMember(&p, e.Hold, e.Charged, -e.Amount), p...)
	}
	for _, l := range book.NewLots() {
		b.Queue(`INSERT INTO token_lots (id, account_id, source, source_key, granted, remaining, expires_at, payment, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9)`,
			l.ID, book.ID, string(l.Source), l.Key, l.Granted, l.Remaining, orNull(l.ExpiresAt), l.Payment, l.CreatedAt)
	}
	for _, l := range book.ChangedLots() {
		b.Queue(`UPDATE token_lots SET remaining = $2, revoked_at = $3 WHERE id = $1`, l.ID, l.Remaining, orNull(l.RevokedAt))
	}
	for _, e := range book.Ended() {
		queueUsage(b, e, book.Now())
	}
}

func insertTransaction(p *parameters, t ledger.Transaction) string {
	var visibility any
	if t.Kind == ledger.Used {
		visibility = visibilityOf(t.Answer.Private)
	}
	return `INSERT INTO token_transactions (id, account_id, kind, amount, balance_after, source_key, actor_id, reason, created_at,
		generation_id, room_id, provider, model, visibility) VALUES ` + p.row(t.ID, t.AccountID, string(t.Kind), t.Amount, t.BalanceAfter, t.Key, t.Actor, t.Reason, t.At,
		t.Answer.GenerationID, t.Answer.RoomID, t.Answer.Provider, t.Answer.Model, visibility)
}

func visibilityOf(private bool) string {
	if private {
		return "private"
	}
	return "public"
}

// addToMember adds to what somebody has spent in a room and a month.
func addToMember(p *parameters, h ledger.Hold, charged, held int64) string {
	return `INSERT INTO member_usage (room_id, month, user_id, charged, held) VALUES ` + p.row(h.RoomID, h.Month, h.UserID, charged, max(held, 0)) +
		` ON CONFLICT (room_id, month, user_id) DO UPDATE SET charged = member_usage.charged + ` + p.one(charged) + `::bigint, held = member_usage.held + ` + p.one(held) + `::bigint`
}

// queueUsage adds an answer to the account's day, charged or not: what a provider was asked, the house paid for.
func queueUsage(b *pgx.Batch, e ledger.Ended, now time.Time) {
	u := e.Usage
	if u == nil {
		return
	}
	b.Queue(`INSERT INTO usage_daily (account_id, day, room_id, user_id, provider, model, visibility, kind, generations, input_tokens, cached_input_tokens,
		output_tokens, reasoning_tokens, charged, provider_cost_nanousd) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (account_id, day, room_id, user_id, provider, model, visibility, kind) DO UPDATE SET generations = usage_daily.generations + 1,
		input_tokens = usage_daily.input_tokens + EXCLUDED.input_tokens, cached_input_tokens = usage_daily.cached_input_tokens + EXCLUDED.cached_input_tokens,
		output_tokens = usage_daily.output_tokens + EXCLUDED.output_tokens, reasoning_tokens = usage_daily.reasoning_tokens + EXCLUDED.reasoning_tokens,
		charged = usage_daily.charged + EXCLUDED.charged, provider_cost_nanousd = usage_daily.provider_cost_nanousd + EXCLUDED.provider_cost_nanousd`,
		e.AccountID, dayOf(now), e.RoomID, e.UserID, u.Provider, u.Model, visibilityOf(u.Private), u.Kind, u.Input, u.Cached, u.Output, u.Reasoning, e.Charged, u.CostNanoUSD)
}
