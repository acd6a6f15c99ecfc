// Package postgres keeps people, sessions, rooms, messages, AI generations, both event logs and the outbox in PostgreSQL,
// the truth.
//
// What changes something goes one way: Changes loads what a decision needs (load.go: the one place that takes locks),
// asks the decision, and applies its plan (apply.go), in two round trips. Whatever else is here reads, or is a worker's
// single statement, fenced by its lease. Nothing is decided here: no right, no limit, no price.
//
// It keeps no session settings and never listens, so that RDS Proxy can stand in between. Statements have names, and so are
// parsed and planned once for each connection; through the proxy, which named statements would pin, they have none. A pool
// connects on first use, so that a function which needs no row wakes no database.
package postgres

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// orNothing takes a row that is not there for zero values.
func orNothing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// collect reads every row of a query.
func collect[T any](rows pgx.Rows, err error, scan func(row pgx.CollectableRow) (T, error)) ([]T, error) {
	if err != nil {
		return nil, Translate(err)
	}
	list, err := pgx.CollectRows(rows, scan)
	return list, Translate(err)
}

// into reads every row of a queued query into a list.
func into[T any](list *[]T, scan func(row pgx.CollectableRow) (T, error)) func(rows pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*list, err = pgx.CollectRows(rows, scan)
		return err
	}
}

func scanID(row pgx.Row) (v id.ID, err error) {
	err = row.Scan(&v)
	return v, err
}

// each hands every row of a queued query on.
func each[T any](scan func(row pgx.Row) (T, error), take func(v T)) func(rows pgx.Rows) error {
	return func(rows pgx.Rows) error {
		_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
			v, err := scan(row)
			if err == nil {
				take(v)
			}
			return struct{}{}, err
		})
		return err
	}
}

// parameters collects the values of a statement whose rows vary in number.
type parameters []any

func (p *parameters) one(v any) string {
	*p = append(*p, v)
	return "$" + strconv.Itoa(len(*p))
}

func (p *parameters) row(values ...any) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = p.one(v)
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// texts gives ids as a parameter: write $1::text[]::uuid[].
func texts(ids []id.ID) []string {
	list := make([]string, len(ids))
	for i, v := range ids {
		list[i] = v.String()
	}
	return list
}

// orNull is NULL for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// moment reads a nullable time; NULL is the zero time.
type moment struct{ to *time.Time }

// Scan takes a time or NULL.
func (m moment) Scan(src any) error {
	if t, ok := src.(time.Time); ok {
		*m.to = t.UTC()
		return nil
	}
	*m.to = time.Time{}
	return nil
}
