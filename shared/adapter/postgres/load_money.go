package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// size counts what could go along with a question, before any lock is taken.
func (l *loading) size() {
	if l.n.Asking == nil {
		return
	}
	before, private := l.n.Asking.Before, `$3::uuid`
	if before.IsZero() {
		before = id.Last
	} else {
		private = `(SELECT visible_to FROM messages WHERE id = $2 AND visible_to = $3)`
	}
	l.one(`SELECT history, newest FROM prompt_size($1, $2, `+private+`, $4, $5)`, []any{l.n.RoomID, before, l.n.Asking.Private, l.n.Asking.Budget, ai.TailMessages},
		func(row pgx.Row) error { return row.Scan(&l.s.Size.History, &l.s.Size.Tail) })
}

// holders are the generations whose holds the decision may end, as a condition on token_holds h.
func (l *loading) holders() (condition string, args []any) {
	switch {
	case !l.n.Generation.IsZero():
		return `h.generation_id = $1`, []any{l.n.Generation}
	case l.n.Running == change.RunningOfPair:
		return `h.generation_id IN (SELECT id FROM ai_generations WHERE (message_id = $1 OR question_id = $1) AND` + open + `)`, []any{l.n.Pair}
	case l.n.Running == change.RunningOfRoom:
		return `h.generation_id IN (SELECT id FROM ai_generations WHERE room_id = $1 AND` + open + `)`, []any{l.n.RoomID}
	}
	return "", nil
}

// accounts locks who pays, and reads what the books say of them. It comes last: one payer has many rooms.
func (l *loading) accounts() {
	condition, args := l.holders()
	var payers string
	switch {
	case l.n.Asking != nil:
		payers, args = `SELECT owner_id FROM rooms WHERE id = $1`, []any{l.n.RoomID}
	case condition != "":
		payers = `SELECT h.account_id FROM token_holds h WHERE ` + condition
		if l.n.Backlog {
			payers += ` UNION SELECT r.owner_id FROM ai_generations g JOIN rooms r ON r.id = g.room_id WHERE g.id = $1`
		}
	case len(l.n.Accounts) > 0:
		payers, args = `SELECT unnest($1::text[]::uuid[])`, []any{texts(l.n.Accounts)}
	default:
		return
	}
	lock := ` FOR UPDATE OF b`
	if l.n.Asking != nil && l.n.Asking.Look {
		lock = ``
		l.b.Queue(memberSQL+` WHERE m.room_id = $1 AND m.role = 'master' AND m.removed_at IS NULL`, l.n.RoomID).
			Query(each(scanMember, func(m room.Membership) { l.s.People[m.Person.ID] = m }))
	}
	l.b.Queue(`SELECT b.account_id, b.balance, b.held, b.owed, b.last_transaction_id, a.frozen_at FROM token_balances b JOIN accounts a ON a.id = b.account_id
		WHERE b.account_id IN (`+payers+`) ORDER BY b.account_id`+lock, args...).Query(into(&l.s.Accounts, func(row pgx.CollectableRow) (a ledger.Account, err error) {
		return a, row.Scan(&a.ID, &a.Balance, &a.Held, &a.Owed, &a.LastTransaction, moment{&a.FrozenAt})
	}))
	l.b.Queue(`SELECT account_id, `+lotColumns+` FROM token_lots WHERE remaining > 0 AND account_id IN (`+payers+`)`, args...).Query(func(rows pgx.Rows) error {
		var account id.ID
		var lot ledger.Lot
		_, err := pgx.ForEachRow(rows, append([]any{&account}, lotFields(&lot)...), func() error {
			for i := range l.s.Accounts {
				if l.s.Accounts[i].ID == account {
					l.s.Accounts[i].Lots = append(l.s.Accounts[i].Lots, lot)
				}
			}
			return nil
		})
		return err
	})
	switch {
	case l.n.Asking != nil:
		l.spending(l.n.Person) // with the clock
	case l.n.Backlog:
		l.spending(id.ID{}) // the payer's own has no cap
	default:
		// The lock may have been waited for.
		l.one(`SELECT clock_timestamp()`, nil, func(row pgx.Row) error { return row.Scan(moment{&l.s.AccountsAt}) })
	}
	if condition != "" {
		l.holds(condition, args)
	}
	l.payments()
	if l.n.Entry != "" {
		l.one(`SELECT true FROM token_transactions WHERE source_key = $1`, []any{l.n.Entry}, func(row pgx.Row) error { return row.Scan(&l.s.Entered) })
	}
}

const lotColumns = `id, source, source_key, granted, remaining, expires_at, revoked_at, coalesce(payment, ''), created_at`

func lotFields(l *ledger.Lot) []any {
	return []any{&l.ID, &l.Source, &l.Key, &l.Granted, &l.Remaining, moment{&l.ExpiresAt}, moment{&l.RevokedAt}, &l.Payment, moment{&l.CreatedAt}}
}

// thisMonth is the month of caps. In a query of its own, so that it is asked for once and can be looked for in an index.
const thisMonth = `(SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM'))`

// capSQL is the cap of the member m ($2) of the room r. Nobody's cap binds the one who pays.
const capSQL = `CASE WHEN r.owner_id <> $2 THEN coalesce(m.monthly_cap, r.default_member_cap) END`

// spending reads what the person (the zero id: nobody but the payer) and the room have spent this month, held tokens included, what they may, and how often the
// payer's questions failed for free lately.
func (l *loading) spending(person id.ID) {
	s := &l.s.Spending
	l.one(`SELECT `+capSQL+`, r.monthly_budget,
		coalesce((SELECT charged + held FROM member_usage WHERE room_id = $1 AND month = `+thisMonth+` AND user_id = $2), 0),
		CASE WHEN r.monthly_budget IS NOT NULL THEN (SELECT sum(charged + held)::bigint FROM member_usage WHERE room_id = $1 AND month = `+thisMonth+`) END,
		f.count, f.first, clock_timestamp()
		FROM rooms r LEFT JOIN room_members m ON m.room_id = r.id AND m.user_id = $2
		CROSS JOIN LATERAL (SELECT count(*), min(settled_at) AS first FROM ai_generations WHERE payer_id = r.owner_id AND settled_at > clock_timestamp() - make_interval(secs => $3)
			AND kind = 'reply' AND status = 'failed' AND charged_tokens = 0 AND finish_reason IS NULL AND provider_called_at IS NOT NULL) f
		WHERE r.id = $1`, []any{l.n.RoomID, person, ledger.FreeFailuresTime.Seconds()},
		func(row pgx.Row) error {
			var room *int64
			err := row.Scan(&s.Cap, &s.Budget, &s.Spent, &room, &s.FreeFailures, moment{&s.FirstFailure}, moment{&l.s.AccountsAt})
			if room != nil {
				s.RoomSpent = *room
			}
			return err
		})
}

func (l *loading) holds(condition string, args []any) {
	l.b.Queue(`SELECT h.generation_id, h.account_id, h.room_id, h.user_id, h.month, h.amount FROM token_holds h WHERE `+condition, args...).Query(func(rows pgx.Rows) error {
		var h ledger.Hold
		_, err := pgx.ForEachRow(rows, []any{&h.GenerationID, &h.AccountID, &h.RoomID, &h.UserID, &h.Month, &h.Amount}, func() error {
			l.s.Holds[h.GenerationID] = h
			return nil
		})
		return err
	})
}

// dayOf is the day of usage, UTC.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
