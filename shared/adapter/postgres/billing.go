package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/usecase/billing"
)

// Billing is billing.Store.
type Billing struct{ DB *pgxpool.Pool }

var _ billing.Store = Billing{}

// Account implements billing.Store.
func (s Billing) Account(ctx context.Context, account id.ID) (a ledger.Account, now time.Time, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		found, err := Found(tx.QueryRow(ctx, `SELECT b.account_id, b.balance, b.held, b.owed, b.last_transaction_id, a.frozen_at, clock_timestamp()
			FROM token_balances b JOIN accounts a ON a.id = b.account_id WHERE b.account_id = $1`, account).
			Scan(&a.ID, &a.Balance, &a.Held, &a.Owed, &a.LastTransaction, moment{&a.FrozenAt}, moment{&now}))
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "There is no such account.")
		}
		rows, err := tx.Query(ctx, `SELECT `+lotColumns+` FROM token_lots WHERE account_id = $1 AND remaining > 0`, account)
		a.Lots, err = collect(rows, err, func(r pgx.CollectableRow) (l ledger.Lot, err error) { return l, r.Scan(lotFields(&l)...) })
		return err
	})
	return a, now, err
}

// today is the day (UTC) of which nothing private is told yet.
const today = `(clock_timestamp() AT TIME ZONE 'UTC')::date`

// Lines implements billing.Store. A day's private line stands at the end of its day, by an id that is always the same.
func (s Billing) Lines(ctx context.Context, account, before id.ID, limit int) ([]billing.Line, error) {
	return linesOf(ctx, s.DB, account, before, limit)
}

func linesOf(ctx context.Context, db DB, account, before id.ID, limit int) ([]billing.Line, error) {
	if before.IsZero() {
		before = id.Last
	}
	rows, err := db.Query(ctx, `SELECT * FROM ((SELECT id, kind, amount, reason, actor_id, room_id, coalesce(provider, ''), coalesce(model, ''), false AS private, created_at
			FROM token_transactions WHERE account_id = $1 AND id < $2 AND visibility IS DISTINCT FROM 'private' ORDER BY id DESC LIMIT $3)
		UNION ALL (SELECT * FROM (SELECT (left(id_floor((day + 1)::timestamp AT TIME ZONE 'UTC')::text, 14) || '7000-8' || substr(digest, 1, 3) || '-' || substr(digest, 4, 12))::uuid AS id,
				'usage', -charged, '', user_id, NULL::uuid, provider, model, true, day::timestamp AT TIME ZONE 'UTC'
			FROM (SELECT day, user_id, provider, model, sum(charged)::bigint AS charged, md5(concat_ws(' ', user_id, provider, model)) AS digest
				FROM usage_daily WHERE account_id = $1 AND visibility = 'private' AND day < `+today+` GROUP BY day, user_id, provider, model) days WHERE charged > 0) private
			WHERE id < $2 ORDER BY id DESC LIMIT $3)) lines ORDER BY id DESC LIMIT $3`, account, before, limit)
	return collect(rows, err, func(r pgx.CollectableRow) (l billing.Line, err error) {
		return l, r.Scan(&l.ID, &l.Kind, &l.Amount, &l.Reason, &l.Actor, &l.Answer.RoomID, &l.Answer.Provider, &l.Answer.Model, &l.Answer.Private, moment{&l.At})
	})
}

// usageKeys are what usage is grouped by. Whose room a private question was asked in, nobody is told.
var usageKeys = map[billing.Group]string{
	billing.ByDay:    `day::text`,
	billing.ByRoom:   `CASE WHEN visibility = 'public' THEN room_id::text ELSE '' END`,
	billing.ByMember: `user_id::text`,
	billing.ByModel:  `provider || '/' || model`,
}

// Usage implements billing.Store.
func (s Billing) Usage(ctx context.Context, q billing.UsageQuery) ([]billing.Usage, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+usageKeys[q.Group]+` AS key, sum(generations)::bigint, sum(input_tokens)::bigint, sum(cached_input_tokens)::bigint,
		sum(output_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(charged)::bigint FROM usage_daily
		WHERE account_id = $1 AND day BETWEEN $2 AND $3 AND (visibility = 'public' OR day < `+today+`) GROUP BY key ORDER BY key`, q.Account, q.From, q.To)
	return collect(rows, err, func(r pgx.CollectableRow) (u billing.Usage, err error) {
		return u, r.Scan(&u.Key, &u.Generations, &u.Input, &u.Cached, &u.Output, &u.Reasoning, &u.Charged)
	})
}
