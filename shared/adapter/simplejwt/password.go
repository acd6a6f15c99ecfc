package simplejwt

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"

	"github.com/yoriai/yoriai/shared/domain/user"
)

// Cost is what one password costs to try.
type Cost struct {
	MemoryKiB  uint32
	Iterations uint32
}

// DefaultCost is OWASP's first choice for argon2id on one lane.
var DefaultCost = Cost{MemoryKiB: 19 * 1024, Iterations: 2}

const (
	saltLength = 16
	keyLength  = 32
	lanes      = 1
)

// hash makes the encoded argon2id of a password. Accounts that claim the same e-mail address share a salt, so that a log-in
// by e-mail computes one hash however many claim it, and its time tells nothing (docs/adr/0006).
func (c Cost) hash(password string, claimants []user.Account) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	for _, a := range claimants {
		if p, shared, _, err := argon2id.DecodeHash(a.PasswordHash); err == nil && c.same(p) {
			salt = shared
			break
		}
	}
	key := argon2.IDKey([]byte(password), salt, c.Iterations, c.MemoryKiB, lanes, keyLength)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Iterations, lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

func (c Cost) same(p *argon2id.Params) bool {
	return p.Memory == c.MemoryKiB && p.Iterations == c.Iterations && p.Parallelism == lanes && p.KeyLength == keyLength
}

// match is the account that the password opens. It computes a hash even if there is none to compare with, so that an
// unknown login takes as long as a wrong password.
func (c Cost) match(password string, accounts []user.Account) (user.Account, bool) {
	var opened user.Account
	found := false
	computed := map[string][]byte{}
	for _, a := range accounts {
		p, salt, want, err := argon2id.DecodeHash(a.PasswordHash)
		if err != nil {
			continue // no password opens it
		}
		recipe := fmt.Sprint(*p, salt)
		got, ok := computed[recipe]
		if !ok {
			got = argon2.IDKey([]byte(password), salt, p.Iterations, p.Memory, p.Parallelism, p.KeyLength)
			computed[recipe] = got
		}
		// The first of several stays: the oldest account.
		if subtle.ConstantTimeCompare(got, want) == 1 && !found {
			opened, found = a, true
		}
	}
	if len(computed) == 0 {
		argon2.IDKey([]byte(password), make([]byte, saltLength), c.Iterations, c.MemoryKiB, lanes, keyLength)
	}
	return opened, found
}
