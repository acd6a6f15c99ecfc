package identity

import (
	"context"
	"net/netip"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ratelimit"
)

// How often one may try. Rules by address bound what one machine can do; they are wide, since a school is one address too.
var (
	registerByAddress = ratelimit.Rule{Name: "register-address", Burst: 60, Every: 10 * time.Second}
	logInByAddress    = ratelimit.Rule{Name: "login-address", Burst: 300, Every: 500 * time.Millisecond}
	refreshByAddress  = ratelimit.Rule{Name: "refresh-address", Burst: 600, Every: 100 * time.Millisecond}
)

// Failed log-ins are counted by name and address together, so that nobody can lock somebody else out. A name that fails from
// many addresses is under attack: then an address gets one try at a time, and a right first one still signs in.
var (
	failedByBoth = ratelimit.Rule{Name: "login-both", Burst: 10, Every: 30 * time.Second}
	failedByName = ratelimit.Rule{Name: "login-name", Burst: 100, Every: 10 * time.Second}
)

// limitAddress spares the machine itself: on loopback there is one developer, and no attacker.
func (i *Identity) limitAddress(ctx context.Context, rule ratelimit.Rule, address string) error {
	if a, err := netip.ParseAddr(address); err == nil && a.Unmap().IsLoopback() {
		return nil
	}
	return ratelimit.Allow(ctx, i.Limits, rule, ratelimit.Network(address))
}

// guess is one try to sign in to a name from an address. Its token is taken before the password is looked at, so that many at
// once are no more than their number.
type guess struct{ name, key string }

func guessOf(name, address string) guess {
	return guess{name: name, key: name + " " + ratelimit.Network(address)}
}

func (i *Identity) begin(ctx context.Context, g guess) error {
	return ratelimit.Allow(ctx, i.Limits, failedByBoth, g.key)
}

// forgive forgets the failures: the password was right, or nobody could look at it.
func (i *Identity) forgive(ctx context.Context, g guess) { i.Limits.Refill(ctx, failedByBoth, g.key) }

// failed counts a wrong password. If the name has had too many, it takes what tries the address has left.
func (i *Identity) failed(ctx context.Context, g guess) {
	if i.Limits.Take(ctx, failedByName, g.name) == 0 {
		return
	}
	for range failedByBoth.Burst {
		if i.Limits.Take(ctx, failedByBoth, g.key) > 0 {
			return
		}
	}
}
