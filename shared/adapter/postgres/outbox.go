package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// Outbox is outbox.Store.
type Outbox struct{ DB *pgxpool.Pool }

var _ outbox.Store = Outbox{}

// DeleteRows implements outbox.Store. It does not wait for the disk: a row that a crash brings back goes twice, which every
// queue allows for.
func (s Outbox) DeleteRows(ctx context.Context, ids []id.ID) error {
	b := &pgx.Batch{}
	b.Queue(`SELECT set_config('synchronous_commit', 'off', true)`)
	b.Queue(`DELETE FROM outbox WHERE id = ANY ($1::text[]::uuid[])`, texts(ids))
	return Translate(s.DB.SendBatch(ctx, b).Close())
}

// OldRows implements outbox.Store.
func (s Outbox) OldRows(ctx context.Context, age time.Duration, after outbox.Cursor, limit int) (list []outbox.Row, next outbox.Cursor, err error) {
	rows, err := s.DB.Query(ctx, `SELECT id, queue, body, fairness, delay_seconds, created_at FROM outbox
		WHERE created_at < clock_timestamp() - make_interval(secs => $1) AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
		ORDER BY created_at, id LIMIT $4`, age.Seconds(), orNull(after.At), after.ID, limit)
	list, err = collect(rows, err, func(r pgx.CollectableRow) (outbox.Row, error) {
		var o outbox.Row
		var seconds int
		err := r.Scan(&o.ID, &o.Queue, &o.Body, &o.Fairness, &seconds, &next.At)
		o.Delay = time.Duration(seconds) * time.Second
		next.ID = o.ID
		return o, err
	})
	return list, next, err
}
