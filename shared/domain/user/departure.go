package user

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

const (
	// Grace is how long signing in takes the end of an account back.
	Grace = 7 * 24 * time.Hour
	// NameReserved is how long nobody else gets the name of an erased account.
	NameReserved = 180 * 24 * time.Hour
)

// erased begins the usernames of erased accounts, which nobody may choose.
const erased = "deleted-"

// Account is a person's own account, as one locks it.
type Account struct {
	User
	EraseAfter time.Time
	ErasedAt   time.Time
}

// Leaving says that the person ended the account, whether or not it was erased since.
func (a Account) Leaving() bool { return !a.DeletedAt.IsZero() }

// Departure is what ends with an account, or keeps it from ending.
type Departure struct {
	// Masters are rooms of which the person is master.
	Masters []Room
	// Sessions are those that may still be in use.
	Sessions []id.ID
	// SoldElsewhere says that a plan runs which an app store sold.
	SoldElsewhere bool
}

// Room is a room by its name.
type Room struct {
	ID   id.ID
	Name string
}

// News is what of a person not all of their rooms know yet.
type News struct {
	// Version rises when something is to be told anew.
	Version int64
	// Renamed says that the rooms are told of the person; otherwise only summaries go.
	Renamed bool
}

// NameHash is what is kept of a username that nobody else may have for now.
func NameHash(username string) [sha256.Size]byte {
	return sha256.Sum256([]byte("username " + strings.ToLower(username)))
}

// ErasedName makes the username of an erased account.
func ErasedName() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return erased + hex.EncodeToString(b[:])
}
