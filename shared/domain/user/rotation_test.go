package user

import (
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// chain plays one session: tokens by name, and a clock.
type chain struct {
	t       *testing.T
	now     time.Time
	session Session
	tokens  map[string]*RefreshToken
}

func newChain(t *testing.T) *chain {
	c := &chain{t: t, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), tokens: map[string]*RefreshToken{}}
	c.tokens["first"] = &RefreshToken{ID: id.New(), ExpiresAt: c.now.Add(RefreshLifetime)}
	return c
}

func (c *chain) later(d time.Duration) { c.now = c.now.Add(d) }

// present shows a token, checks the outcome, and does what the decision says; a new token gets the name next.
func (c *chain) present(name string, want Outcome, next string) {
	c.t.Helper()
	presented := c.tokens[name]
	var family []RefreshToken
	for _, t := range c.tokens {
		family = append(family, *t)
	}
	decision := Decide(c.session, *presented, family, c.now)
	if decision.Outcome != want {
		c.t.Fatalf("%s: outcome %d, want %d", name, decision.Outcome, want)
	}
	for _, revoked := range decision.Revoke {
		for _, t := range c.tokens {
			if t.ID == revoked {
				t.RevokedAt = c.now
			}
		}
	}
	if want == RevokeFamily && c.session.RevokedAt.IsZero() {
		c.session.RevokedAt = c.now
	}
	if want == Rotate {
		presented.UsedAt = c.now
	}
	if want == Rotate || want == GiveSibling {
		c.tokens[next] = &RefreshToken{ID: id.New(), ParentID: presented.ID, Depth: presented.Depth + 1, ExpiresAt: c.now.Add(RefreshLifetime)}
	}
}

func TestATokenRotatesAgainAndAgain(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.present("first", Rotate, "second")
	c.later(time.Hour)
	c.present("second", Rotate, "third")
	c.later(time.Hour)
	c.present("third", Rotate, "fourth")
}

func TestTwoTabsWithOneTokenBothGoOn(t *testing.T) {
	t.Parallel()
	for _, kept := range []string{"a", "b"} {
		c := newChain(t)
		c.present("first", Rotate, "a")
		c.later(ReuseGrace)
		c.present("first", GiveSibling, "b")
		// The browser keeps whichever cookie came last.
		c.later(15 * time.Minute)
		c.present(kept, Rotate, "next")
		c.later(15 * time.Minute)
		c.present("next", Rotate, "after")
	}
}

func TestALostAnswerIsAskedForAgainMuchLater(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.present("first", Rotate, "lost")
	c.later(10 * 24 * time.Hour)
	c.present("first", GiveSibling, "found")
	if c.tokens["lost"].RevokedAt.IsZero() {
		t.Fatal("the unused token was not revoked")
	}
	c.later(time.Hour)
	c.present("found", Rotate, "next")
}

func TestAStolenTokenEndsTheFamily(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.present("first", Rotate, "second")
	c.later(time.Minute)
	c.present("second", Rotate, "third")
	c.later(ReuseGrace)
	c.present("second", GiveSibling, "tab") // still within the grace of its own rotation
	c.present("first", RevokeFamily, "")
}

func TestAThiefWhoWasQuickIsFoundOutByTheOwner(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.present("first", Rotate, "owner")
	c.later(10 * time.Second)
	c.present("first", GiveSibling, "thief")
	c.later(time.Minute)
	c.present("owner", Rotate, "owner2") // the thief's unused twin is revoked with it
	c.later(time.Minute)
	c.present("thief", RevokeFamily, "")
}

func TestAThiefWhoTookTheUnusedTokensPlaceIsFoundOut(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.present("first", Rotate, "owner")
	c.later(time.Hour)
	c.present("first", GiveSibling, "thief")
	c.later(time.Minute)
	c.present("owner", RevokeFamily, "")
}

func TestALateBranchDiesWithTheNextRotation(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.present("first", Rotate, "second")
	c.later(time.Second)
	c.present("second", Rotate, "third")
	c.later(time.Second)
	c.present("first", GiveSibling, "stray") // within the grace, although a later token was used
	c.later(time.Minute)
	c.present("third", Rotate, "fourth")
	c.later(time.Minute)
	c.present("stray", RevokeFamily, "")
}

func TestARevokedTwinThatIsJustLateEndsNothing(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.present("first", Rotate, "a")
	c.present("first", GiveSibling, "b")
	c.present("a", Rotate, "next")
	c.later(ReuseGrace)
	c.present("b", Refuse, "")
	c.later(time.Second)
	c.present("b", RevokeFamily, "")
}

func TestAnExpiredTokenOpensNothing(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.later(RefreshLifetime)
	c.present("first", Refuse, "")
}

// Who denies the session's access tokens may fail; every token of the family is a reason to do it again.
func TestAnEndedFamilyEndsAgainWhileItsAccessTokensLive(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.present("first", Rotate, "second")
	c.later(time.Minute)
	c.present("second", Rotate, "third")
	c.later(time.Minute)
	c.present("first", RevokeFamily, "")
	c.later(AccessLifetime)
	for _, name := range []string{"first", "second", "third"} {
		c.present(name, RevokeFamily, "")
	}
	c.later(time.Second)
	for _, name := range []string{"first", "second", "third"} {
		c.present(name, Refuse, "")
	}
}
