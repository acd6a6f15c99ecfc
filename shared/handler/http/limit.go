package http

import (
	"fmt"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ratelimit"
)

// limit is a bucket that each person has; with perRoom, one for each room that they call into, and one of the class besides for
// all rooms together.
type limit struct {
	burst   int
	every   time.Duration
	perRoom bool
	besides string
}

// limits is the one table of how often one person may call the operations of each class, as the contract's x-lambda.limit
// names them: far more than people do, far less than one account needs to take the product from the others.
var limits = map[string]limit{
	// What was written without a network goes at once when there is one: a whole outbox.
	"send":          {burst: 60, every: 10 * time.Second / 30, perRoom: true, besides: "send-anywhere"},
	"send-anywhere": {burst: 240, every: 100 * time.Millisecond},
	"ask":           {burst: 20, every: time.Minute / 20},
	"invite":        {burst: 60, every: time.Hour / 60},
	"search":        {burst: 60, every: time.Minute / 60},
	// What a question would cost is asked while it is typed, at each pause; a whole prompt is read and counted for it.
	"preview": {burst: 60, every: time.Second},
	"write":   {burst: 120, every: 250 * time.Millisecond},
	"read":    {burst: 600, every: 50 * time.Millisecond},
	"ticket":  {burst: 120, every: time.Second},
	// Each reads all that somebody may see, and keeps it for a day.
	"export": {burst: 6, every: 10 * time.Minute},
	// Who speaks to the payment provider stands where no Redis is: each environment counts by itself.
	"pay": {burst: 20, every: 30 * time.Second},
}

// Limits counts calls. A stage without strangers has a large factor: every limit is so many times as generous.
type Limits struct {
	Limiter ratelimit.Limiter
	Factor  int
}

// take takes a token of the class from the caller's bucket.
func (l Limits) take(r *Request, class string) error {
	limit, there := limits[class]
	if !there {
		return fmt.Errorf("there is no limit %q", class)
	}
	factor := max(l.Factor, 1)
	rule := ratelimit.Rule{Name: "http-" + class, Burst: limit.burst * factor, Every: limit.every / time.Duration(factor)}
	key := r.Caller.UserID.String()
	if limit.perRoom {
		// One spelling of a room is one room, and what is no room is one place.
		roomID, err := r.ID("roomId")
		if err == nil {
			key += " " + roomID.String()
		}
	}
	if err := ratelimit.Allow(r.Request().Context(), l.Limiter, rule, key); err != nil || limit.besides == "" {
		return err
	}
	return l.take(r, limit.besides)
}

// Limited takes a token of the class before it calls the handler; what the request turns out to ask for may take others, with
// Request.Spend. Returns an error for a class that has no limit.
func Limited(l Limits, class string, h Handler) (Handler, error) {
	if _, there := limits[class]; !there {
		return nil, fmt.Errorf("there is no limit %q", class)
	}
	return func(r *Request) error {
		r.spend = func(class string) error { return l.take(r, class) }
		if err := r.Spend(class); err != nil {
			return err
		}
		return h(r)
	}, nil
}
