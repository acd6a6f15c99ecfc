package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/user"
)

const accountColumns = userColumns + `, u.erase_after, u.erased_at`

func scanAccount(row pgx.Row) (a user.Account, err error) {
	return a, row.Scan(append(userTargets(&a.User), moment{&a.EraseAfter}, moment{&a.ErasedAt})...)
}

// mostMasters is how many rooms are told at most to somebody who must hand them over first.
const mostMasters = 100

// self locks the acting person's account, and reads what follows from its lock. Who is about to become a room's master or to open a session
// takes the same lock, shared.
func (l *loading) self() {
	switch l.n.Self {
	case change.NotSelf:
		return
	case change.Present:
		l.account(` FOR SHARE`)
	case change.Own:
		l.account(` FOR NO KEY UPDATE`)
	}
	if l.n.News {
		l.one(`SELECT version, renamed FROM user_news WHERE user_id = $1`, []any{l.n.Person}, func(row pgx.Row) error {
			var news user.News
			err := row.Scan(&news.Version, &news.Renamed)
			if err == nil {
				l.s.News = &news
			}
			return err
		})
	}
	if !l.n.HeldAt.IsZero() {
		l.one(`SELECT user_held($1, $2)`, []any{l.n.Person, l.n.HeldAt}, func(row pgx.Row) error { return row.Scan(&l.s.AccountHeld) })
	}
	if !l.n.Departure {
		return
	}
	d := &l.s.Departure
	// A copy that is being made is cancelled with its job.
	l.b.Queue(`SELECT r.id, r.name FROM room_members m JOIN rooms r ON r.id = m.room_id WHERE m.user_id = $1 AND m.role = 'master' AND m.removed_at IS NULL
		AND r.deleted_at IS NULL AND r.fork_state IS NULL ORDER BY r.id LIMIT $2`, l.n.Person, mostMasters).
		Query(into(&d.Masters, func(row pgx.CollectableRow) (r user.Room, err error) { return r, row.Scan(&r.ID, &r.Name) }))
	l.b.Queue(`SELECT id FROM sessions WHERE user_id = $1 AND expires_at > clock_timestamp()`, l.n.Person).
		Query(into(&d.Sessions, collectID))
	l.one(`SELECT EXISTS (SELECT FROM subscriptions WHERE account_id = $1 AND rail <> 'stripe' AND live)`, []any{l.n.Person},
		func(row pgx.Row) error { return row.Scan(&d.SoldElsewhere) })
}

func (l *loading) account(lock string) {
	l.one(`SELECT `+accountColumns+` FROM users u WHERE u.id = $1 AND u.erased_at IS NULL`+lock, []any{l.n.Person}, func(row pgx.Row) error {
		a, err := scanAccount(row)
		if err == nil {
			l.s.Account = &a
		}
		return err
	})
}
