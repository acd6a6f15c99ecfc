package simplejwt

import (
	"slices"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
)

var cheap = Cost{MemoryKiB: 64, Iterations: 1}

func hashed(t *testing.T, c Cost, secret, address, password string, claimants ...string) string {
	t.Helper()
	salt, err := c.salt([]byte(secret), address, claimants)
	if err != nil {
		t.Fatal(err)
	}
	return c.hash(password, salt)
}

func recipe(hash string) string { return hash[:strings.LastIndexByte(hash, '$')] }

func TestAPasswordIsFoundByItsRecipe(t *testing.T) {
	t.Parallel()
	ann := hashed(t, cheap, "key", "a@b.c", "ann's password")
	dearer := hashed(t, Cost{MemoryKiB: 128, Iterations: 2}, "key", "a@b.c", "bob's password", ann)
	for password, want := range map[string]string{"ann's password": ann, "bob's password": dearer, "": "", "ann's passwor": ""} {
		got := cheap.candidates(password, []string{"no hash", ann, dearer})
		if len(got) != 2 || slices.Contains(got, ann) != (want == ann) || slices.Contains(got, dearer) != (want == dearer) {
			t.Errorf("%q gives %v", password, got)
		}
	}
}

func TestWhoClaimsOneAddressSharesASalt(t *testing.T) {
	t.Parallel()
	ann := hashed(t, cheap, "key", "a@b.c", "ann's password")
	for name, c := range map[string]struct {
		other  string
		shared bool
	}{
		"at the same moment":      {hashed(t, cheap, "key", "a@b.c", "eve's password"), true},
		"later, with another key": {hashed(t, cheap, "new key", "a@b.c", "eve's password", ann), true},
		"another address":         {hashed(t, cheap, "key", "x@b.c", "eve's password"), false},
		"in another installation": {hashed(t, cheap, "their key", "a@b.c", "eve's password"), false},
		"at another cost":         {hashed(t, Cost{MemoryKiB: 128, Iterations: 1}, "key", "a@b.c", "eve's password", ann), false},
	} {
		if (recipe(c.other) == recipe(ann)) != c.shared {
			t.Errorf("%s: %s and %s", name, ann, c.other)
		}
	}
}

// The work of a log-in is the number of hashes: one for nobody, for one and for all who claim an address, and few at most.
func TestTheWorkOfALogInIsBounded(t *testing.T) {
	t.Parallel()
	ann := hashed(t, cheap, "key", "a@b.c", "ann's password")
	var many []string
	for n := range 100 {
		many = append(many, hashed(t, cheap, string(rune('a'+n)), "a@b.c", "eve's password"))
	}
	for name, c := range map[string]struct {
		recipes []string
		want    int
	}{"nobody": {nil, 1}, "no password": {[]string{"x"}, 1}, "one": {[]string{ann}, 1}, "many": {many, maxRecipes}} {
		if got := cheap.candidates("wrong password", c.recipes); len(got) != c.want {
			t.Errorf("%s: %d hashes, want %d", name, len(got), c.want)
		}
	}
}

func TestHashesAreInTheUsualForm(t *testing.T) {
	t.Parallel()
	ann := hashed(t, DefaultCost, "key", "a@b.c", "correct horse")
	if !strings.HasPrefix(ann, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("got %s", ann)
	}
	// Another implementation agrees: accounts can move elsewhere with their hashes.
	if ok, err := argon2id.ComparePasswordAndHash("correct horse", ann); err != nil || !ok {
		t.Fatalf("got %v, %v", ok, err)
	}
}
