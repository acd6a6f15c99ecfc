package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/identity"
)

// Suspensions is identity.Suspensions.
type Suspensions struct{ Pool *pgxpool.Pool }

var _ identity.Suspensions = Suspensions{}

// Suspend implements identity.Suspensions. The person's row is locked first: a session that is being opened meanwhile is
// seen here, or sees the suspension.
func (s Suspensions) Suspend(ctx context.Context, username, reason string, now time.Time) (person id.ID, sessions []id.ID, err error) {
	err = InTx(ctx, s.Pool, func(tx Tx) error {
		found, err := Found(tx.QueryRow(ctx, `UPDATE users SET suspended_at = coalesce(suspended_at, $2), suspended_reason = $3
			WHERE lower(username) = lower($1) AND deleted_at IS NULL RETURNING id`, username, now, reason).Scan(&person))
		if err != nil {
			return err
		}
		if !found {
			return noSuchPerson()
		}
		if err := record(ctx, tx, audit.Entry{Act: audit.Suspended, Subject: person}); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `UPDATE sessions SET revoked_at = coalesce(revoked_at, $2) WHERE user_id = $1 AND expires_at > $2 RETURNING id`, person, now)
		sessions, err = collect(rows, err, func(row pgx.CollectableRow) (id.ID, error) { return scanID(row) })
		return err
	})
	return person, sessions, err
}

// Reinstate implements identity.Suspensions.
func (s Suspensions) Reinstate(ctx context.Context, username string) error {
	return InTx(ctx, s.Pool, func(tx Tx) error {
		var person id.ID
		found, err := Found(tx.QueryRow(ctx, `UPDATE users SET suspended_at = NULL, suspended_reason = NULL
			WHERE lower(username) = lower($1) AND deleted_at IS NULL RETURNING id`, username).Scan(&person))
		if err != nil {
			return err
		}
		if !found {
			return noSuchPerson()
		}
		return record(ctx, tx, audit.Entry{Act: audit.Reinstated, Subject: person})
	})
}

func noSuchPerson() error { return fault.New(fault.NotFound, "There is no such person.") }
