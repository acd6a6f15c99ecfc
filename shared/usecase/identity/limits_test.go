package identity

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/domain/user"
)

func (a auth) LogIn(_ context.Context, c user.Credentials) (user.SignedIn, error) {
	if a.err != nil {
		return user.SignedIn{}, a.err
	}
	if right, known := a.passwords[c.Login]; !known || right != c.Password {
		return user.SignedIn{}, fault.New(fault.InvalidCredentials, "wrong")
	}
	return user.SignedIn{User: user.User{Username: c.Login}}, nil
}

func (a auth) Register(context.Context, user.Registration) (user.SignedIn, error) {
	return user.SignedIn{}, nil
}

func (a auth) Refresh(context.Context, string) (user.SignedIn, error) { return user.SignedIn{}, nil }

// door is log-in before a clock that stands still until it is moved.
type door struct {
	*Identity
	t   *testing.T
	now time.Time
}

func newDoor(t *testing.T, failure error) *door {
	d := &door{t: t, now: time.Unix(1_800_000_000, 0)}
	d.Identity = &Identity{Auth: auth{passwords: map[string]string{"ann": "right"}, err: failure},
		Limits: ratelimit.NewLocal(func() time.Time { return d.now })}
	return d
}

func (d *door) tries(name, password, address string, want fault.Code) {
	d.t.Helper()
	_, err := d.LogIn(d.t.Context(), user.Credentials{Login: name, Password: password}, address)
	if fault.CodeOf(err) != want {
		d.t.Fatalf("%s from %s with the password %q: %v, want %q", name, address, password, err, want)
	}
}

func TestNobodyIsLockedOutByAStranger(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for range 10 {
		d.tries("ann", "guess", "198.51.100.7", fault.InvalidCredentials)
	}
	d.tries("ann", "guess", "198.51.100.7", fault.RateLimited)
	// From everywhere, for hours.
	for n := range 3000 {
		d.tries("ann", "guess", fmt.Sprintf("10.%d.%d.1", n/200, n%200), fault.InvalidCredentials)
		d.now = d.now.Add(time.Second)
	}
	for range 20 {
		d.tries("ann", "right", "203.0.113.9", "")
	}
}

// A name that fails from everywhere leaves each address one guess at a time.
func TestAnAttackFromEverywhereIsSlowedDown(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for n := range failedByName.Burst {
		d.tries("ann", "guess", fmt.Sprintf("10.0.%d.1", n), fault.InvalidCredentials)
	}
	d.tries("ann", "guess", "198.51.100.7", fault.InvalidCredentials)
	d.tries("ann", "guess", "198.51.100.7", fault.RateLimited)
	d.now = d.now.Add(failedByBoth.Every)
	d.tries("ann", "right", "198.51.100.7", "")
	// The attack is over, and so is its trace.
	d.now = d.now.Add(time.Duration(failedByName.Burst+1) * failedByName.Every)
	for range failedByBoth.Burst {
		d.tries("ann", "guess", "192.0.2.5", fault.InvalidCredentials)
	}
	d.tries("ann", "guess", "192.0.2.5", fault.RateLimited)
}

func TestOneNameIsOneBucketHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for n := range failedByBoth.Burst {
		d.tries([]string{"ann", " ANN", "ａｎｎ", "Ann\u3000"}[n%4], "guess", "198.51.100.7", fault.InvalidCredentials)
	}
	for _, name := range []string{"ann", "ANN ", "ＡＮＮ"} {
		d.tries(name, "guess", "198.51.100.7", fault.RateLimited)
	}
}

// A database that sleeps makes nobody's password wrong.
func TestOnlyWrongPasswordsCount(t *testing.T) {
	t.Parallel()
	d := newDoor(t, fault.New(fault.DatabaseWaking, "The database is waking up."))
	for range 3 * failedByBoth.Burst {
		d.tries("ann", "right", "198.51.100.7", fault.DatabaseWaking)
	}
}

func TestASubscribersAddressesAreOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		burst int
		try   func(d *door, address string) error
	}{
		"register": {registerByAddress.Burst, func(d *door, address string) error {
			_, err := d.Register(d.t.Context(), user.Registration{}, address)
			return err
		}},
		"log in": {logInByAddress.Burst, func(d *door, address string) error {
			_, err := d.LogIn(d.t.Context(), user.Credentials{Login: address, Password: "x"}, address)
			return err
		}},
		"refresh": {refreshByAddress.Burst, func(d *door, address string) error {
			_, err := d.Refresh(d.t.Context(), "x", address)
			return err
		}},
	} {
		d := newDoor(t, nil)
		for n := range c.burst {
			if err := c.try(d, fmt.Sprintf("2001:db8:1:2::%x", n+1)); fault.Is(err, fault.RateLimited) {
				t.Fatalf("%s: %d were too many", name, n)
			}
		}
		if err := c.try(d, "2001:db8:1:2:ffff::"); !fault.Is(err, fault.RateLimited) {
			t.Errorf("%s: another address of the same /64: %v", name, err)
		}
		if err := c.try(d, "2001:db8:1:3::1"); fault.Is(err, fault.RateLimited) {
			t.Errorf("%s: a neighbour: %v", name, err)
		}
		for range c.burst + 1 {
			if err := c.try(d, "127.0.0.1"); name != "log in" && err != nil {
				t.Fatalf("%s: the machine itself: %v", name, err)
			}
		}
	}
}
