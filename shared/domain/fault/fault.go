// Package fault holds the one error type that people and programs see.
//
// Adapters translate their errors into it at the border; handlers turn a code into an HTTP status, a socket frame or a
// job's failure, each in one place.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Code is stable and machine-readable; clients decide by it.
type Code string

// The codes of the public API.
const (
	Malformed            Code = "malformed"
	UnknownField         Code = "unknown_field"
	InvalidCursor        Code = "invalid_cursor"
	Unauthenticated      Code = "unauthenticated"
	InvalidCredentials   Code = "invalid_credentials"
	TokenExpired         Code = "token_expired"
	InsufficientBalance  Code = "insufficient_balance"
	CapReached           Code = "cap_reached"
	AccountFrozen        Code = "account_frozen"
	Forbidden            Code = "forbidden"
	NotFound             Code = "not_found"
	RoomArchived         Code = "room_archived"
	RoomFrozen           Code = "room_frozen"
	RoomNotReady         Code = "room_not_ready"
	GenerationRunning    Code = "generation_running"
	MasterMustTransfer   Code = "master_must_transfer"
	StoreSubscription    Code = "store_subscription_active"
	AlreadyExists        Code = "already_exists"
	Conflict             Code = "conflict"
	Gone                 Code = "gone"
	TooLarge             Code = "too_large"
	UnsupportedMediaType Code = "unsupported_media_type"
	ValidationFailed     Code = "validation_failed"
	IdempotencyMismatch  Code = "idempotency_mismatch"
	ModelUnavailable     Code = "model_unavailable"
	ModelNotAllowed      Code = "model_not_allowed"
	RateLimited          Code = "rate_limited"
	Internal             Code = "internal"
	Unavailable          Code = "unavailable"
	DatabaseWaking       Code = "database_waking"
)

// Field says what is wrong with one field of a request.
type Field struct {
	Name    string
	Message string
}

// Error is what went wrong: a code for programs, a sentence for people, a cause for the log alone.
type Error struct {
	Code       Code
	Detail     string
	Fields     []Field
	RetryAfter time.Duration
	Cause      error
}

// Error is for logs; it never holds what a person wrote.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Detail, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Detail)
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a code with a sentence for people.
func New(code Code, detail string) *Error { return &Error{Code: code, Detail: detail} }

// Wrap makes an error of a code that keeps its cause for the log.
func Wrap(code Code, detail string, cause error) *Error {
	return &Error{Code: code, Detail: detail, Cause: cause}
}

// Invalid is a validation_failed about one field.
func Invalid(field, message string) *Error {
	return &Error{Code: ValidationFailed, Detail: field + ": " + message, Fields: []Field{{Name: field, Message: message}}}
}

// CodeOf is the code of err: internal for an error of any other type, empty for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is says whether err has the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }
