package http

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Problem is an answer of RFC 9457.
type Problem struct {
	Type      string       `json:"type"`
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Code      fault.Code   `json:"code"`
	Detail    string       `json:"detail"`
	RequestID string       `json:"request_id"`
	Errors    []FieldError `json:"errors,omitempty"`
}

// FieldError is what is wrong with one field.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// retryAfter is what a client is told to wait if the error does not say.
const retryAfter = time.Second

// Status is the HTTP status of a code: the one place that knows.
func Status(code fault.Code) int {
	switch code {
	case fault.Malformed, fault.UnknownField, fault.InvalidCursor:
		return http.StatusBadRequest
	case fault.Unauthenticated, fault.InvalidCredentials, fault.TokenExpired:
		return http.StatusUnauthorized
	case fault.InsufficientBalance, fault.CapReached, fault.AccountFrozen:
		return http.StatusPaymentRequired
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.RoomArchived, fault.RoomFrozen, fault.RoomNotReady, fault.GenerationRunning, fault.MasterMustTransfer, fault.StoreSubscription, fault.AlreadyExists, fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.UnsupportedMediaType:
		return http.StatusUnsupportedMediaType
	case fault.ValidationFailed, fault.IdempotencyMismatch, fault.ModelUnavailable, fault.ModelNotAllowed:
		return http.StatusUnprocessableEntity
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable, fault.DatabaseWaking:
		return http.StatusServiceUnavailable
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// fail answers err as a problem. What is no fault is internal, and tells nothing.
func (s *Server) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	e := faultOf(err)
	status := Status(e.Code)
	h := c.Response().Header()
	switch status {
	case http.StatusUnauthorized:
		h.Set(echo.HeaderWWWAuthenticate, "Bearer")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		wait := e.RetryAfter
		if wait <= 0 {
			wait = retryAfter
		}
		h.Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	problem := Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: e.Code, Detail: e.Detail,
		RequestID: id.RequestOf(c.Request().Context()),
	}
	for _, f := range e.Fields {
		problem.Errors = append(problem.Errors, FieldError{Field: f.Name, Message: f.Message})
	}
	body, marshalErr := json.Marshal(problem)
	if marshalErr != nil {
		body = nil
	}
	// The connection may be gone; there is nobody left to tell.
	_ = c.Blob(status, "application/problem+json", body)
}

func codeOf(err error) fault.Code { return faultOf(err).Code }

func faultOf(err error) *fault.Error {
	var e *fault.Error
	var he *echo.HTTPError
	switch {
	case errors.As(err, &e) && e.Code != fault.Internal:
		return e
	case errors.As(err, &he) && (he.Code == http.StatusNotFound || he.Code == http.StatusMethodNotAllowed):
		return fault.New(fault.NotFound, "There is no such operation.")
	case errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Unavailable, "The service took too long.")
	}
	return fault.New(fault.Internal, "Something went wrong.")
}
