package postgres

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

// wakingRetry is what a client is told to wait while the database wakes.
const wakingRetry = 5 * time.Second

// Translate turns the driver's errors into the domain's: database_waking while it cannot be reached in time, unavailable
// when it refuses or cuts the work short. Constraint violations and what is a bug pass unchanged.
func Translate(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	if e, ok := serverError(err); ok {
		return translateServer(e, err)
	}
	var connect *pgconn.ConnectError
	var timeout net.Error
	switch {
	case err == context.DeadlineExceeded: //nolint:errorlint // bare, it comes from the pool: no connection in time
		return waking(err)
	case errors.As(err, &connect) && slow(err):
		return waking(err)
	case errors.As(err, &connect), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout):
		return &fault.Error{Code: fault.Unavailable, Detail: "The database cannot be reached.", RetryAfter: wakingRetry, Cause: err}
	}
	return err
}

func translateServer(e *pgconn.PgError, err error) error {
	switch {
	case e.Code == "57P03": // cannot_connect_now: it starts
		return waking(err)
	case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "57"), e.Code == "25P04", e.Code == "40001", e.Code == "40P01":
		return &fault.Error{Code: fault.Unavailable, Detail: "The database is busy.", RetryAfter: time.Second, Cause: err}
	}
	return err
}

func waking(err error) error {
	return &fault.Error{Code: fault.DatabaseWaking, Detail: "The database is waking up.", RetryAfter: wakingRetry, Cause: err}
}

func slow(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

func serverError(err error) (*pgconn.PgError, bool) {
	var e *pgconn.PgError
	ok := errors.As(err, &e)
	return e, ok
}

// Violated is the name of the unique constraint or index that err violates, empty if it does not.
func Violated(err error) string {
	if e, ok := serverError(err); ok && e.Code == "23505" {
		return e.ConstraintName
	}
	return ""
}
