package change

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Key is the caller's promise that two equal requests are one: same person, same operation, same key of their choice.
type Key struct {
	UserID      id.ID
	Operation   string
	Value       id.ID
	RequestHash [sha256.Size]byte
	// Resource is what the request makes or changes, as far as that is known before.
	Resource id.ID
}

// NewKey covers the path's ids and the decoded body, so that spacing and field order do not matter.
func NewKey(user id.ID, operation string, value id.ID, path []id.ID, body any) Key {
	k := Key{UserID: user, Operation: operation, Value: value}
	encoded, err := json.Marshal(struct {
		Path []id.ID
		Body any
	}{path, body})
	if err != nil {
		panic(err) // bodies are decoded JSON, which always encodes again
	}
	k.RequestHash = sha256.Sum256(encoded)
	return k
}

// Claim is what came of claiming a key: whether this request is the first under it, else what the first one was.
type Claim struct {
	First    bool
	Hash     []byte
	Resource id.ID
	Began    time.Time
}

// ErrRepeated is what a decision answers to a request that came before: nothing is written, and the first one's result is
// read again.
var ErrRepeated = errors.New("an equal request came before")

// Again returns ErrRepeated for an equal request, idempotency_mismatch for another one under the same key.
func (c Claim) Again(k Key) error {
	switch {
	case c.First:
		return nil
	case subtle.ConstantTimeCompare(c.Hash, k.RequestHash[:]) != 1:
		return fault.New(fault.IdempotencyMismatch, "This key was used for another request.")
	}
	return ErrRepeated
}
