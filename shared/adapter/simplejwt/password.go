package simplejwt

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
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
	// maxRecipes is how many hashes one log-in computes at most. Accounts that claim one address share a recipe; another one
	// comes with a change of the cost or of the signing key.
	maxRecipes = 4
)

// typed is a password in the one form that counts: keyboards write the same letter as one character or as several.
func typed(password string) string { return norm.NFC.String(password) }

// hash makes the encoded argon2id of a password with a salt.
func (c Cost) hash(password string, salt []byte) string {
	key := argon2.IDKey([]byte(password), salt, c.Iterations, c.MemoryKiB, lanes, keyLength)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Iterations, lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// salt is what the accounts that claim an address share, so that a log-in by it computes one hash however many claim it, and
// its time tells nothing (docs/adr/0006). It is made of the address and a secret: those who register at the very same moment
// share it too. A claimant who is there has the say, as the secret may have changed since.
func (c Cost) salt(secret []byte, address string, recipes []string) ([]byte, error) {
	for _, r := range recipes {
		if p, salt, _, err := argon2id.DecodeHash(r); err == nil && c.same(p) {
			return salt, nil
		}
	}
	return hkdf.Key(sha256.New, secret, nil, "password salt of "+address, saltLength)
}

func (c Cost) same(p *argon2id.Params) bool {
	return p.Memory == c.MemoryKiB && p.Iterations == c.Iterations && p.Parallelism == lanes && p.KeyLength == keyLength
}

// candidates is the password hashed by each recipe. It computes one hash if there is none, so that an unknown login takes as
// long as a wrong password.
func (c Cost) candidates(password string, recipes []string) []string {
	var hashes []string
	for _, r := range recipes[:min(len(recipes), maxRecipes)] {
		p, salt, _, err := argon2id.DecodeHash(r)
		if err != nil {
			continue // no password opens it
		}
		key := argon2.IDKey([]byte(password), salt, p.Iterations, p.Memory, p.Parallelism, p.KeyLength)
		hashes = append(hashes, r[:strings.LastIndexByte(r, '$')+1]+base64.RawStdEncoding.EncodeToString(key))
	}
	if len(hashes) == 0 {
		hashes = append(hashes, c.hash(password, make([]byte, saltLength)))
	}
	return hashes
}
