// Package idempotency says when two requests are one: same person, same operation, same key chosen by the caller.
package idempotency

import (
	"crypto/sha256"
	"encoding/json"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// Key names a request that may be repeated.
type Key struct {
	UserID      id.ID
	Operation   string
	Value       id.ID
	RequestHash [sha256.Size]byte
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
