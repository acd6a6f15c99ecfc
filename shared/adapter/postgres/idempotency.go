package postgres

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/idempotency"
)

// Key is the caller's promise that two equal requests are one.
type Key = idempotency.Key

const claimSQL = `INSERT INTO idempotency_keys (user_id, operation, key, request_hash, resource_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`

// claim takes the key for a new resource. An equal request waits here until the first has committed, and is given the
// first one's resource; a request with another body gets idempotency_mismatch.
func claim(ctx context.Context, c querier, k Key, resource id.ID) (first id.ID, err error) {
	b := &pgx.Batch{}
	var taken bool
	queueClaim(b, k, resource, &taken)
	if err := c.SendBatch(ctx, b).Close(); err != nil || taken {
		return id.ID{}, err
	}
	first, _, err = claimed(ctx, c, k)
	return first, err
}

func queueClaim(b *pgx.Batch, k Key, resource id.ID, taken *bool) {
	b.Queue(claimSQL+` RETURNING true`, k.UserID, k.Operation, k.Value, k.RequestHash[:], resource).QueryRow(func(r pgx.Row) error {
		err := r.Scan(taken)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
}

// claimed is what an earlier equal request gave as its resource, and when it began.
func claimed(ctx context.Context, c querier, k Key) (resource id.ID, began time.Time, err error) {
	var hash []byte
	err = c.QueryRow(ctx, `SELECT request_hash, resource_id, created_at FROM idempotency_keys WHERE user_id = $1 AND operation = $2 AND key = $3`,
		k.UserID, k.Operation, k.Value).Scan(&hash, &resource, &began)
	if err != nil {
		return id.ID{}, began, err
	}
	if subtle.ConstantTimeCompare(hash, k.RequestHash[:]) != 1 {
		return id.ID{}, began, fault.New(fault.IdempotencyMismatch, "This key was used for another request.")
	}
	return resource, began, nil
}
