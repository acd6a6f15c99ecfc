package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Tx is a transaction.
type Tx interface {
	DB
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// How transactions begin.
const (
	readCommitted = "BEGIN"
	snapshot      = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
)

// attempts is how often a transaction is tried that lost against another one; rollbackWithin is for one whose caller may
// be gone.
const (
	attempts       = 4
	rollbackWithin = 5 * time.Second
)

// InTx runs fn in a READ COMMITTED transaction and commits it unless fn fails, or has committed it by itself with the last
// statement of a batch. fn runs again if the transaction lost to a deadlock or a serialization failure, so it keeps nothing
// from an earlier run.
func InTx(ctx context.Context, pool *pgxpool.Pool, fn func(tx Tx) error) error {
	return run(ctx, pool, readCommitted, fn)
}

// InSnapshot runs fn in a read-only transaction that sees one moment.
func InSnapshot(ctx context.Context, pool *pgxpool.Pool, fn func(tx Tx) error) error {
	return run(ctx, pool, snapshot, fn)
}

func run(ctx context.Context, pool *pgxpool.Pool, begin string, fn func(tx Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := once(ctx, pool, begin, fn)
		if err == nil || attempt == attempts || !lostRace(err) {
			return Translate(err)
		}
		pause := time.Duration(rand.Int64N(int64(10*time.Millisecond) << attempt))
		select {
		case <-ctx.Done():
			return Translate(ctx.Err())
		case <-time.After(pause):
		}
	}
}

func once(ctx context.Context, pool *pgxpool.Pool, begin string, fn func(tx Tx) error) error {
	c, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	t := &transaction{conn: c.Conn(), begin: begin}
	err = fn(t)
	open := t.conn.PgConn().TxStatus() != 'I'
	switch {
	case err != nil && open:
		// The caller may be gone; the connection must be clean all the same.
		rollback, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWithin)
		defer cancel()
		_, _ = t.conn.Exec(rollback, "ROLLBACK")
	case err == nil && open:
		_, err = t.conn.Exec(ctx, "COMMIT")
	}
	return err
}

// transaction is a connection whose first statement begins a transaction: BEGIN travels in front of the first batch, which
// saves a round trip.
type transaction struct {
	conn  *pgx.Conn
	begin string // until it was sent
}

func (t *transaction) open(ctx context.Context) error {
	if t.begin == "" {
		return nil
	}
	_, err := t.conn.Exec(ctx, t.begin)
	t.begin = ""
	return err
}

// Exec implements Tx.
func (t *transaction) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := t.open(ctx); err != nil {
		return pgconn.CommandTag{}, err
	}
	return t.conn.Exec(ctx, sql, args...)
}

// Query implements Tx.
func (t *transaction) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	return t.conn.Query(ctx, sql, args...)
}

// QueryRow implements Tx.
func (t *transaction) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := t.open(ctx); err != nil {
		return failed{err}
	}
	return t.conn.QueryRow(ctx, sql, args...)
}

// SendBatch implements Tx.
func (t *transaction) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if t.begin != "" {
		b.QueuedQueries = append([]*pgx.QueuedQuery{{SQL: t.begin}}, b.QueuedQueries...)
		t.begin = ""
	}
	return t.conn.SendBatch(ctx, b)
}

// failed is the row of a query that was never sent.
type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }

func lostRace(err error) bool {
	e, ok := serverError(err)
	return ok && (e.Code == "40001" || e.Code == "40P01")
}

// Found turns "no rows" into false; any other error is translated.
func Found(err error) (bool, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, Translate(err)
	}
	return true, nil
}
