package simplejwt

import (
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/yoriai/yoriai/shared/domain/user"
)

var cheap = Cost{MemoryKiB: 64, Iterations: 1}

func account(t *testing.T, name, password string, c Cost, claimants ...user.Account) user.Account {
	t.Helper()
	hash, err := c.hash(password, claimants)
	if err != nil {
		t.Fatal(err)
	}
	return user.Account{User: user.User{Username: name}, PasswordHash: hash}
}

func TestAPasswordOpensItsOwnAccount(t *testing.T) {
	t.Parallel()
	ann := account(t, "ann", "ann's password", cheap)
	eve := account(t, "eve", "eve's password", cheap, ann)
	dearer := account(t, "bob", "bob's password", Cost{MemoryKiB: 128, Iterations: 2}, ann)
	none := user.Account{User: user.User{Username: "sso"}}
	all := []user.Account{none, ann, eve, dearer}
	for password, want := range map[string]string{"ann's password": "ann", "eve's password": "eve", "bob's password": "bob", "": "", "ann's passwor": ""} {
		if got, ok := cheap.match(password, all); got.Username != want || ok != (want != "") {
			t.Errorf("%q opened %q, %v; want %q", password, got.Username, ok, want)
		}
	}
	if salt(t, ann) != salt(t, eve) || salt(t, ann) == salt(t, dearer) {
		t.Error("who claims one address at one cost shares a salt, nobody else")
	}
}

func salt(t *testing.T, a user.Account) string {
	t.Helper()
	_, s, _, err := argon2id.DecodeHash(a.PasswordHash)
	if err != nil {
		t.Fatal(err)
	}
	return string(s)
}

func TestHashesAreInTheUsualForm(t *testing.T) {
	t.Parallel()
	ann := account(t, "ann", "correct horse", DefaultCost)
	if !strings.HasPrefix(ann.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("got %s", ann.PasswordHash)
	}
	// Another implementation agrees: accounts can move elsewhere with their hashes.
	if ok, err := argon2id.ComparePasswordAndHash("correct horse", ann.PasswordHash); err != nil || !ok {
		t.Fatalf("got %v, %v", ok, err)
	}
	if account(t, "bob", "correct horse", DefaultCost).PasswordHash == ann.PasswordHash {
		t.Fatal("two strangers share a salt")
	}
}

// The least of several runs is what the work costs; the rest is noise.
func TestAnUnknownNameCostsWhatAWrongPasswordCosts(t *testing.T) {
	cost := Cost{MemoryKiB: 4 * 1024, Iterations: 2}
	ann := account(t, "ann", "ann's password", cost)
	eve := account(t, "eve", "eve's password", cost, ann)
	least := func(accounts ...user.Account) time.Duration {
		best := time.Hour
		for range 15 {
			began := time.Now()
			cost.match("wrong password", accounts)
			best = min(best, time.Since(began))
		}
		return best
	}
	nobody, one, two := least(), least(ann), least(ann, eve)
	for name, other := range map[string]time.Duration{"nobody": nobody, "two": two} {
		if other < one/2 || other > one*2 {
			t.Errorf("%s cost %v, one costs %v", name, other, one)
		}
	}
}
