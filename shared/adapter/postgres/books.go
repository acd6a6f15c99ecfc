package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

// Books reads what operators prove of the ledger: maintenance.BookStore.
type Books struct{ DB *pgxpool.Pool }

var _ maintenance.BookStore = Books{}

// Proven implements maintenance.BookStore.
func (s Books) Proven(ctx context.Context) (v id.ID, err error) {
	return v, orNothing(Translate(s.DB.QueryRow(ctx, `SELECT (SELECT transaction_id FROM ledger_proofs)`).Scan(&v)))
}

// SetProven implements maintenance.BookStore.
func (s Books) SetProven(ctx context.Context, transaction id.ID) error {
	_, err := s.DB.Exec(ctx, `INSERT INTO ledger_proofs (transaction_id) VALUES ($1) ON CONFLICT (one) DO UPDATE
		SET transaction_id = EXCLUDED.transaction_id, proven_at = clock_timestamp()`, transaction)
	return Translate(err)
}

// LastTransaction implements maintenance.BookStore.
func (s Books) LastTransaction(ctx context.Context) (v id.ID, err error) {
	return v, Translate(s.DB.QueryRow(ctx, `SELECT (SELECT id FROM token_transactions ORDER BY id DESC LIMIT 1)`).Scan(&v))
}

// Who writes to the books commits within this time of its entry's id, so a proof looks back as far.
const longestWrite = 2 * time.Minute

// Unsound implements maintenance.BookStore. It looks at each account as a whole: what was wrong before the last proof was told then.
func (s Books) Unsound(ctx context.Context, since, after id.ID, limit int) (wrong []maintenance.Mistake, last id.ID, err error) {
	var from id.ID
	if !since.IsZero() {
		from = id.Floor(since.Time().Add(-longestWrite))
	}
	rows, err := s.DB.Query(ctx, `WITH a AS (SELECT account_id, balance, held, last_transaction_id FROM token_balances b
			WHERE ($1::uuid IS NULL OR account_id > $1) AND ($2::uuid IS NULL OR held > 0 OR last_transaction_id >= $2) ORDER BY account_id LIMIT $3),
		entries AS (SELECT account_id, sum(amount) AS total, count(*) FILTER (WHERE balance_after - amount <> before) AS breaks,
				-coalesce(sum(amount) FILTER (WHERE kind = 'usage'), 0) AS used
			FROM (SELECT t.account_id, amount, balance_after, kind, coalesce(lag(balance_after) OVER (PARTITION BY t.account_id ORDER BY t.id), 0) AS before
				FROM a JOIN token_transactions t USING (account_id)) chain GROUP BY account_id),
		lots AS (SELECT account_id, sum(remaining) AS total FROM a JOIN token_lots USING (account_id) WHERE remaining > 0 GROUP BY account_id),
		holds AS (SELECT account_id, sum(amount) AS total FROM a JOIN token_holds USING (account_id) GROUP BY account_id),
		days AS (SELECT account_id, sum(charged) AS total FROM a JOIN usage_daily USING (account_id) GROUP BY account_id),
		answers AS (SELECT t.account_id, count(*) FILTER (WHERE g.id IS NOT NULL AND g.charged_tokens IS DISTINCT FROM -t.amount) AS wrong
			FROM a JOIN token_transactions t USING (account_id) LEFT JOIN ai_generations g ON g.id = t.generation_id
			WHERE t.kind = 'usage' AND ($2::uuid IS NULL OR t.id >= $2) GROUP BY t.account_id)
		SELECT a.account_id, concat_ws(', ',
			CASE WHEN a.balance <> coalesce(entries.total, 0) THEN 'entries' END, CASE WHEN a.balance <> coalesce(lots.total, 0) THEN 'lots' END,
			CASE WHEN a.held <> coalesce(holds.total, 0) THEN 'holds' END, CASE WHEN coalesce(entries.breaks, 0) > 0 THEN 'chain' END,
			CASE WHEN coalesce(entries.used, 0) <> coalesce(days.total, 0) THEN 'usage' END, CASE WHEN coalesce(answers.wrong, 0) > 0 THEN 'answers' END)
		FROM a LEFT JOIN entries USING (account_id) LEFT JOIN lots USING (account_id) LEFT JOIN holds USING (account_id) LEFT JOIN days USING (account_id)
			LEFT JOIN answers USING (account_id) ORDER BY a.account_id`, after, from, limit)
	looked, err := collect(rows, err, func(r pgx.CollectableRow) (m maintenance.Mistake, err error) { return m, r.Scan(&m.Account, &m.What) })
	if err != nil {
		return nil, last, err
	}
	for _, m := range looked {
		if m.What != "" {
			wrong = append(wrong, m)
		}
	}
	if len(looked) == limit {
		last = looked[limit-1].Account
	}
	return wrong, last, nil
}

// Strays implements maintenance.BookStore. A charge is entered with the end of its answer, which comes within a day of its
// beginning; answers that are older than the books themselves have no entry.
func (s Books) Strays(ctx context.Context, since id.ID, limit int) ([]maintenance.Stray, error) {
	var from id.ID
	if !since.IsZero() {
		from = id.Floor(since.Time().Add(-24 * time.Hour))
	}
	rows, err := s.DB.Query(ctx, `(SELECT h.generation_id, 'hold without an open answer' FROM token_holds h
			WHERE NOT EXISTS (SELECT FROM ai_generations WHERE id = h.generation_id AND`+open+`) LIMIT $1)
		UNION ALL (SELECT id, 'open answer without a hold' FROM ai_generations g
			WHERE`+open+`AND NOT EXISTS (SELECT FROM token_holds WHERE generation_id = g.id) LIMIT $1)
		UNION ALL (SELECT g.id, 'charge without an entry' FROM ai_generations g
			WHERE g.charged_tokens > 0 AND NOT g.copied AND ($2::uuid IS NULL OR g.id >= $2) AND g.settled_at > (SELECT created_at FROM token_transactions ORDER BY id LIMIT 1)
			AND NOT EXISTS (SELECT FROM token_transactions WHERE source_key = 'usage:' || g.id) LIMIT $1)
		UNION ALL (SELECT coalesce(u.room_id, h.room_id), 'held of a member is not the sum of the holds'
			FROM (SELECT * FROM member_usage WHERE held > 0) u FULL JOIN (SELECT room_id, month, user_id, sum(amount) AS held FROM token_holds GROUP BY room_id, month, user_id) h
			USING (room_id, month, user_id) WHERE u.held IS DISTINCT FROM h.held LIMIT $1)`, limit, from)
	return collect(rows, err, func(r pgx.CollectableRow) (v maintenance.Stray, err error) { return v, r.Scan(&v.ID, &v.What) })
}
