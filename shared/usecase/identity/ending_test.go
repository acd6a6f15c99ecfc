package identity

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/user"
)

var (
	ann, mine, other = id.New(), id.New(), id.New()
	errAway          = errors.New("away")
)

// cloud is all that a session's end touches. It writes down what it was asked, fails where it is told, and hangs.
type cloud struct {
	mu    sync.Mutex
	asked []string
	fails map[string]error
	hangs string
}

func (c *cloud) did(ctx context.Context, what string) error {
	if c.hangs == what {
		<-ctx.Done()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, what)
	return c.fails[what]
}

func (c *cloud) Deny(ctx context.Context, session id.ID) error {
	if session != mine {
		return errors.New("another session was denied")
	}
	return c.did(ctx, "deny")
}

func (c *cloud) Denied(context.Context, id.ID) (bool, error) { return false, nil }

func (c *cloud) OfUsers(ctx context.Context, _ []id.ID) ([]realtime.Connection, error) {
	return []realtime.Connection{
		{ID: "1", UserID: ann, SessionID: mine}, {ID: "theirs", UserID: ann, SessionID: other}, {ID: "2", UserID: ann, SessionID: mine},
	}, c.did(ctx, "find")
}

func (c *cloud) Remove(ctx context.Context, conn realtime.Connection) error {
	return c.did(ctx, "remove "+conn.ID)
}

func (c *cloud) Close(ctx context.Context, connectionID string) error {
	return c.did(ctx, "close "+connectionID)
}

// auth knows one session by its access token, and passwords.
type auth struct {
	user.AuthService
	cloud     *cloud
	passwords map[string]string
	err       error
}

func (a auth) Verify(context.Context, string) (user.Caller, error) {
	return user.Caller{UserID: ann, SessionID: mine}, nil
}

func (a auth) End(ctx context.Context, _ id.ID) error { return a.cloud.did(ctx, "end") }

func ending(c *cloud) *Identity {
	return &Identity{Auth: auth{cloud: c}, Denials: c, Sockets: c, Closer: c}
}

func TestASessionEndsInOrder(t *testing.T) {
	t.Parallel()
	c := &cloud{}
	if err := ending(c).LogOut(t.Context(), "", "token"); err != nil {
		t.Fatal(err)
	}
	slices.Sort(c.asked[2:4])
	slices.Sort(c.asked[4:6])
	if want := []string{"deny", "find", "remove 1", "remove 2", "close 1", "close 2", "end"}; !slices.Equal(c.asked, want) {
		t.Fatalf("did %v, want %v", c.asked, want)
	}
}

func TestEveryStepIsTriedWhateverBecameOfTheOthers(t *testing.T) {
	t.Parallel()
	all := []string{"close 1", "close 2", "deny", "end", "find", "remove 1", "remove 2"}
	for step, code := range map[string]fault.Code{
		"deny": fault.Unavailable, "find": fault.Unavailable, "remove 1": fault.Unavailable, "end": fault.DatabaseWaking,
		"close 1": "", // nothing is sent to it any more
	} {
		c := &cloud{fails: map[string]error{step: errAway}}
		if step == "end" {
			c.fails[step] = fault.New(fault.DatabaseWaking, "The database is waking up.")
		}
		err := ending(c).LogOut(t.Context(), "", "token")
		if fault.CodeOf(err) != code || code == fault.Unavailable && !errors.Is(err, errAway) {
			t.Errorf("%s fails: %v, want %q", step, err, code)
		}
		slices.Sort(c.asked)
		if !slices.Equal(c.asked, all) {
			t.Errorf("%s fails: did %v", step, c.asked)
		}
	}
}

func TestAHungCloudEndsTheOthersSockets(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"deny", "find", "remove 1", "close 1"} {
		synctest.Test(t, func(t *testing.T) {
			c := &cloud{hangs: step}
			ctx, cancel := context.WithTimeout(t.Context(), 9300*time.Millisecond)
			defer cancel()
			err := ending(c).LogOut(ctx, "", "token")
			if (err == nil) != (step == "close 1") {
				t.Errorf("%s hangs: %v", step, err)
			}
			if ctx.Err() != nil {
				t.Errorf("%s hangs: the request's time is up", step)
			}
			if len(c.asked) != 6 {
				t.Errorf("%s hangs: did %v", step, c.asked)
			}
		})
	}
}

// Who leaves in the middle is shut out everywhere; the session's row is ended by whoever asks again.
func TestACallerWhoLeavesIsStillShutOut(t *testing.T) {
	t.Parallel()
	c := &cloud{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ending(c).LogOut(ctx, "", "token"); !errors.Is(err, context.Canceled) || len(c.asked) != 6 {
		t.Fatalf("did %v, %v", c.asked, err)
	}
}
