package http

import (
	"fmt"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ratelimit"
)

// limits are how often one person may call the operations of each class, as the contract's x-lambda.limit names them: far more
// than people do, far less than one account needs to take the product from the others.
var limits = map[string]ratelimit.Rule{
	"send":   {Burst: 60, Every: 500 * time.Millisecond},
	"ask":    {Burst: 20, Every: 3 * time.Second},
	"write":  {Burst: 120, Every: 250 * time.Millisecond},
	"read":   {Burst: 600, Every: 50 * time.Millisecond},
	"ticket": {Burst: 120, Every: time.Second},
}

// LimitOf is the rule of a class, made factor times as generous: a stage without strangers has a large one. Returns an error
// for a class that has no rule.
func LimitOf(class string, factor int) (ratelimit.Rule, error) {
	rule, there := limits[class]
	if !there {
		return rule, fmt.Errorf("there is no limit %q", class)
	}
	factor = max(factor, 1)
	return ratelimit.Rule{Name: "http-" + class, Burst: rule.Burst * factor, Every: rule.Every / time.Duration(factor)}, nil
}

// Limited takes a token of the caller's before it calls the handler. Returns rate_limited, with the time to wait.
func Limited(l ratelimit.Limiter, rule ratelimit.Rule, h Handler) Handler {
	return func(r *Request) error {
		if err := ratelimit.Allow(r.Request().Context(), l, rule, r.Caller.UserID.String()); err != nil {
			return err
		}
		return h(r)
	}
}
