package pg

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// attempts is how often a transaction is tried that lost against another one.
const attempts = 4

// InTx runs fn in a READ COMMITTED transaction and commits it unless fn fails. fn runs again if the transaction lost to a
// deadlock or a serialization failure, so it keeps nothing from an earlier run.
func InTx(ctx context.Context, pool *pgxpool.Pool, fn func(tx pgx.Tx) error) error {
	return inTx(ctx, pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, fn)
}

// InSnapshot runs fn in a read-only transaction that sees one moment.
func InSnapshot(ctx context.Context, pool *pgxpool.Pool, fn func(tx pgx.Tx) error) error {
	return inTx(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
}

func inTx(ctx context.Context, pool *pgxpool.Pool, options pgx.TxOptions, fn func(tx pgx.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := pgx.BeginTxFunc(ctx, pool, options, fn)
		if err == nil {
			return nil
		}
		if attempt == attempts || !lostRace(err) {
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
