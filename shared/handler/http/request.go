package http

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/handler/wire"
)

// Request is one call of an operation. Caller is the zero value on open operations.
type Request struct {
	echo.Context
	Caller user.Caller
	spend  func(class string) error
}

// Spend takes a token of another class: one operation may do what costs differently. Returns rate_limited, with the time to
// wait. Where nothing is limited, as in tests, it admits everything.
func (r *Request) Spend(class string) error {
	if r.spend == nil {
		return nil
	}
	return r.spend(class)
}

// ID is an id in the path. Returns not_found for what is no UUID: nothing can be there.
func (r *Request) ID(param string) (id.ID, error) {
	v, err := id.Parse(r.Param(param))
	if err != nil {
		return id.ID{}, fault.New(fault.NotFound, "There is nothing under this id.")
	}
	return v, nil
}

// Query is a parameter of the query, found false if it is absent. Returns malformed for one that is empty or there twice:
// who wrote it meant something, and must not be answered as if they had not.
func (r *Request) Query(name string) (value string, found bool, err error) {
	values, found := r.QueryParams()[name]
	switch {
	case !found:
		return "", false, nil
	case len(values) > 1:
		return "", false, wire.Malformed(name, "stands there twice")
	case values[0] == "":
		return "", false, wire.Malformed(name, "must not be empty")
	}
	return values[0], true, nil
}

// QueryID is an id in the query, zero if absent. Returns invalid_cursor for what is no UUID, or the nil one.
func (r *Request) QueryID(name string) (id.ID, error) {
	text, found, err := r.Query(name)
	if err != nil || !found {
		return id.ID{}, err
	}
	v, err := id.Parse(text)
	if err != nil || v.IsZero() {
		return id.ID{}, &fault.Error{Code: fault.InvalidCursor, Detail: name + " is no id.", Fields: []fault.Field{{Name: name, Message: "must be a UUID"}}}
	}
	return v, nil
}

// QueryInt is a number in the query, def if absent. Returns malformed for what is no number from min to max.
func (r *Request) QueryInt(name string, def, min, max int64) (int64, error) {
	text, found, err := r.Query(name)
	if err != nil || !found {
		return def, err
	}
	v, err := strconv.ParseInt(text, 10, 64)
	// Written back, so that +5 and 05, which no other program reads as we do, are refused.
	if err != nil || v < min || v > max || strconv.FormatInt(v, 10) != text {
		return 0, wire.Malformed(name, "must be a whole number from "+strconv.FormatInt(min, 10)+" to "+strconv.FormatInt(max, 10))
	}
	return v, nil
}

// IdempotencyKey is the key of a request that creates or costs. Returns malformed if it is absent, no UUID, or the nil one.
func (r *Request) IdempotencyKey() (id.ID, error) {
	v, err := id.Parse(r.Request().Header.Get("Idempotency-Key"))
	if err != nil || v.IsZero() {
		return id.ID{}, wire.Malformed("Idempotency-Key", "must be a UUID, and not the nil one")
	}
	return v, nil
}

// Address is where the client calls from, as far as a hop that we run can tell. The edge names its viewer, and so does the web
// app's server, which calls around the edge for people: who presented the origin secret is believed. Without that word the
// last entry of X-Forwarded-For is the edge and the one before it who called the edge; what stands further left is the
// client's own claim.
func (r *Request) Address() string {
	said := ""
	if admitted, _ := r.Get(admittedKey).(bool); admitted {
		said = r.Request().Header.Get(ViewerHeader)
	}
	for _, address := range []string{said, forwardedFor(r.Request())} {
		if a, err := netip.ParseAddr(address); err == nil {
			return a.String()
		}
	}
	host, _, err := net.SplitHostPort(r.Request().RemoteAddr)
	if err != nil {
		return r.Request().RemoteAddr
	}
	return host
}

// forwardedFor is who called the edge, or who called at all if there is no edge; empty if the header does not tell.
func forwardedFor(r *http.Request) string {
	var hops []string
	for _, value := range r.Header.Values(echo.HeaderXForwardedFor) {
		for hop := range strings.SplitSeq(value, ",") {
			hops = append(hops, strings.TrimSpace(hop))
		}
	}
	if len(hops) == 0 {
		return ""
	}
	return hops[max(0, len(hops)-2)]
}
