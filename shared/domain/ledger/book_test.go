package ledger

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// store keeps an account between books, as the database does.
type store struct {
	account Account
	entries []Transaction
	holds   map[id.ID]Hold
	keys    map[string]bool
}

func newStore() *store {
	return &store{account: Account{ID: id.New()}, holds: map[id.ID]Hold{}, keys: map[string]bool{}}
}

func (s *store) write(t *testing.T, now time.Time, do func(b *Book)) {
	t.Helper()
	b := Open(s.account, now)
	do(b)
	if err := b.Err(); err != nil {
		t.Fatal(err)
	}
	for _, e := range b.Entries() {
		if s.keys[e.Key] {
			t.Fatalf("the key %s comes twice", e.Key)
		}
		s.keys[e.Key] = true
		s.entries = append(s.entries, e)
	}
	for _, h := range b.Placed() {
		s.holds[h.GenerationID] = h
	}
	for _, e := range b.Ended() {
		delete(s.holds, e.GenerationID)
	}
	s.account = b.Account
	s.account.Lots = slices.DeleteFunc(s.account.Lots, func(l Lot) bool { return l.Remaining == 0 })
}

// token is one token of the model: the model spends, holds and ends them one by one.
type token struct {
	expires time.Time
	lot     id.ID
	revoked bool
}

// model is the ledger as a bag of single tokens. It knows nothing of books, keys or lots' rows.
type model struct {
	tokens []token
	held   int
	owed   int
}

func (m *model) sort() {
	slices.SortStableFunc(m.tokens, func(a, b token) int {
		order := func(t token) int {
			n := 0
			if t.expires.IsZero() {
				n = 1
			}
			if t.revoked {
				n = 2
			}
			return n
		}
		if order(a) == 2 && order(b) == 2 {
			never := func(t token) int {
				if t.expires.IsZero() {
					return 1
				}
				return 0
			}
			return cmp.Or(never(a)-never(b), a.expires.Compare(b.expires), a.lot.Compare(b.lot))
		}
		return cmp.Or(order(a)-order(b), a.expires.Compare(b.expires), a.lot.Compare(b.lot))
	})
}

// end takes out every token that has ended, from the back, as long as what is held stays covered: an expired one only if so
// many expired ones stay as are held.
func (m *model) end(now time.Time) {
	m.sort()
	for i := len(m.tokens) - 1; i >= 0; i-- {
		t := m.tokens[i]
		expired := func(t token) bool { return !t.revoked && !t.expires.IsZero() && !t.expires.After(now) }
		switch {
		case t.revoked && len(m.tokens) > m.held:
			m.tokens = slices.Delete(m.tokens, i, i+1)
		case expired(t) && i >= m.held:
			// The tokens before it, all of which expire no later, cover every hold.
			m.tokens = slices.Delete(m.tokens, i, i+1)
		}
	}
	for m.owed > 0 && len(m.tokens) > m.held {
		m.tokens, m.owed = m.tokens[1:], m.owed-1
	}
}

// takeBack takes single tokens of a payment's lot first; the rest is owed.
func (m *model) takeBack(lot id.ID, amount int) {
	m.sort()
	for i := 0; i < len(m.tokens) && amount > 0 && len(m.tokens) > m.held; {
		if m.tokens[i].lot == lot {
			m.tokens, amount = slices.Delete(m.tokens, i, i+1), amount-1
		} else {
			i++
		}
	}
	m.owed += amount
}

// Random lives of an account, in whole numbers small enough to count every token: after each step the books agree with the
// bag, and add up by themselves.
func TestBooksAgreeWithABagOfTokens(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			live(t, rand.New(rand.NewPCG(seed, 17))) //nolint:gosec // a test's dice
		})
	}
}

func live(t *testing.T, dice *rand.Rand) {
	s, m, now := newStore(), &model{}, noon
	for step := range 120 {
		now = now.Add(time.Duration(dice.IntN(40)) * time.Minute)
		m.end(now)
		switch dice.IntN(9) {
		case 0, 1:
			grant(t, s, m, dice, now, step)
		case 2, 3:
			s.write(t, now, func(b *Book) {
				if int(b.Available()) != len(m.tokens)-m.held {
					t.Fatalf("step %d: %d available, the bag says %d", step, b.Available(), len(m.tokens)-m.held)
				}
				if b.Available() == 0 {
					return
				}
				amount := 1 + dice.Int64N(b.Available())
				b.Place(Hold{GenerationID: id.New(), AccountID: s.account.ID, Amount: amount})
				m.held += int(amount)
			})
		case 4, 5:
			h, any := oneOf(s.holds)
			if !any {
				continue
			}
			charged := dice.Int64N(h.Amount + 1)
			s.write(t, now, func(b *Book) { b.End(h, charged, id.ID{}, nil) })
			m.held -= int(h.Amount)
			m.sort()
			m.tokens = m.tokens[charged:]
		case 6:
			if len(s.account.Lots) == 0 {
				continue
			}
			lot := s.account.Lots[dice.IntN(len(s.account.Lots))].ID
			s.write(t, now, func(b *Book) { b.Revoke(lot) })
			for i := range m.tokens {
				m.tokens[i].revoked = m.tokens[i].revoked || m.tokens[i].lot == lot
			}
		case 7:
			if len(s.account.Lots) == 0 {
				continue
			}
			lot, amount := s.account.Lots[dice.IntN(len(s.account.Lots))], dice.Int64N(20)
			s.write(t, now, func(b *Book) { b.TakeBack(lot.Payment, amount) })
			m.takeBack(lot.ID, int(amount))
		case 8:
			giveBack(t, s, m, dice, now, step)
		}
		m.end(now)
		s.write(t, now, func(*Book) {})
		agree(t, s, m, step)
	}
}

func giveBack(t *testing.T, s *store, m *model, dice *rand.Rand, now time.Time, step int) {
	t.Helper()
	amount := 1 + dice.Int64N(20)
	s.write(t, now, func(b *Book) {
		if err := b.GiveBack(Grant{Kind: Refunded, Source: FromPurchase, Key: fmt.Sprint("give ", step), Amount: amount, Payment: fmt.Sprint("given ", step)}); err != nil {
			t.Fatal(err)
		}
		forgiven := min(m.owed, int(amount))
		m.owed -= forgiven
		for _, l := range b.NewLots() {
			for range int(amount) - forgiven {
				m.tokens = append(m.tokens, token{lot: l.ID})
			}
		}
	})
}

func grant(t *testing.T, s *store, m *model, dice *rand.Rand, now time.Time, step int) {
	t.Helper()
	g := Grant{Kind: Granted, Source: FromGrant, Key: fmt.Sprint("grant ", step), Amount: 1 + dice.Int64N(30), Payment: fmt.Sprint("payment ", step)}
	if dice.IntN(3) > 0 {
		g.ExpiresAt = now.Add(time.Duration(1+dice.IntN(300)) * time.Minute)
	}
	s.write(t, now, func(b *Book) {
		if err := b.Grant(g); err != nil {
			t.Fatal(err)
		}
		made := b.NewLots()
		for range g.Amount {
			m.tokens = append(m.tokens, token{expires: g.ExpiresAt, lot: made[0].ID})
		}
	})
}

// oneOf is the first hold by id, so that a seed's life is always the same but for the ids.
func oneOf(holds map[id.ID]Hold) (h Hold, any bool) {
	for _, candidate := range holds {
		if !any || candidate.GenerationID.Compare(h.GenerationID) < 0 {
			h, any = candidate, true
		}
	}
	return h, any
}

func agree(t *testing.T, s *store, m *model, step int) {
	t.Helper()
	a := s.account
	if int(a.Balance) != len(m.tokens) || int(a.Held) != m.held || int(a.Owed) != m.owed {
		t.Fatalf("step %d: balance %d, held %d, owed %d; the bag has %d, %d held, %d owed", step, a.Balance, a.Held, a.Owed, len(m.tokens), m.held, m.owed)
	}
	lots := map[id.ID]int64{}
	for _, tok := range m.tokens {
		lots[tok.lot]++
	}
	var remaining, held int64
	for _, l := range a.Lots {
		remaining += l.Remaining
		if lots[l.ID] != l.Remaining {
			t.Fatalf("step %d: lot %s has %d left, the bag says %d", step, l.ID, l.Remaining, lots[l.ID])
		}
	}
	for _, h := range s.holds {
		held += h.Amount
	}
	var sum int64
	var last id.ID
	for _, e := range s.entries {
		sum += e.Amount
		if e.BalanceAfter != sum || e.ID.Compare(last) <= 0 {
			t.Fatalf("step %d: the chain breaks at %+v", step, e)
		}
		last = e.ID
	}
	if remaining != a.Balance || held != a.Held || sum != a.Balance || a.Balance < a.Held {
		t.Fatalf("step %d: balance %d, lots %d, entries %d; held %d, holds %d", step, a.Balance, remaining, sum, a.Held, held)
	}
}

func TestABookThatDoesNotAddUpIsAnError(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(b *Book, h Hold){
		"a hold of more than there is":     func(b *Book, h Hold) { h.Amount = 101; b.Place(h) },
		"a hold of nothing":                func(b *Book, h Hold) { h.Amount = 0; b.Place(h) },
		"a charge of more than was held":   func(b *Book, h Hold) { b.Place(h); b.End(h, h.Amount+1, id.ID{}, nil) },
		"a negative charge":                func(b *Book, h Hold) { b.Place(h); b.End(h, -1, id.ID{}, nil) },
		"the end of what was never placed": func(b *Book, h Hold) { b.End(h, 0, id.ID{}, nil) },
		"lots that are short":              func(b *Book, h Hold) { b.Lots = nil; b.Place(h); b.End(h, 1, id.ID{}, nil) },
	} {
		b := Open(Account{ID: id.New()}, noon)
		if err := b.Grant(Grant{Kind: Granted, Source: FromGrant, Key: "k", Amount: 100}); err != nil {
			t.Fatal(err)
		}
		do(b, Hold{GenerationID: id.New(), AccountID: b.ID, Amount: 10})
		if b.Err() == nil {
			t.Error(name, "is no error")
		}
	}
}

func TestGrantsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := Open(Account{ID: id.New(), Balance: MaxBalance - 10}, noon)
	for name, g := range map[string]Grant{
		"nothing": {}, "less than nothing": {Amount: -1}, "more than a client can read": {Amount: 11},
		"what has ended": {Amount: 1, ExpiresAt: noon},
	} {
		if err := b.Grant(g); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if b.Changed() {
		t.Error("something was written")
	}
	if err := b.Grant(Grant{Kind: Granted, Source: FromGrant, Key: "k", Amount: 10}); err != nil || b.Balance != MaxBalance {
		t.Error(err, b.Balance)
	}
}

func TestStartingTokensEndWithTheDaysBound(t *testing.T) {
	t.Parallel()
	account := id.New()
	for _, c := range []struct {
		start       Start
		today, want int64
	}{{Start{Tokens: 5}, 1 << 40, 5}, {Start{Tokens: 5, PerDay: 12}, 0, 5}, {Start{Tokens: 5, PerDay: 12}, 10, 2}, {Start{Tokens: 5, PerDay: 12}, 12, 0}, {Start{Tokens: 5, PerDay: 12}, 20, 0}, {Start{}, 0, 0}} {
		g, any := c.start.Grant(account, c.today)
		if any != (c.want > 0) || any && g.Amount != c.want || !strings.HasSuffix(g.Key, account.String()) {
			t.Errorf("%+v: %+v %v", c, g, any)
		}
	}
}

func TestWhatIsLeftToSpend(t *testing.T) {
	t.Parallel()
	n := func(v int64) *int64 { return &v }
	for _, c := range []struct {
		s    Spending
		want int64
	}{
		{Spending{Spent: 5, RoomSpent: 9}, 1<<63 - 1}, {Spending{Spent: 5, Cap: n(8)}, 3}, {Spending{Spent: 9, Cap: n(8)}, 0},
		{Spending{Spent: 5, Cap: n(8), RoomSpent: 8, Budget: n(10)}, 2}, {Spending{Cap: n(0)}, 0},
	} {
		if got := c.s.Left(); got != c.want {
			t.Errorf("%+v: %d", c.s, got)
		}
	}
}
