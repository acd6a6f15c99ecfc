// Package user holds who people are and how they prove it.
package user

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// User is a person with an account.
type User struct {
	ID          id.ID
	Username    string
	Email       string
	DisplayName string
	Locale      Locale
	IsAdmin     bool
	Suspended   bool
	// AIMayRead says whether models may read what the person writes.
	AIMayRead bool
	CreatedAt time.Time
	// DeletedAt is when the person ended the account; zero while it stands.
	DeletedAt time.Time
}

// Locale is a language that the product speaks.
type Locale string

// The languages.
const (
	Japanese Locale = "ja"
	English  Locale = "en"
)

// Limits of what a person chooses, in characters; an e-mail address in bytes.
const (
	MinUsername = 3
	MaxUsername = 32
	MinPassword = 10
	MaxPassword = 128
	MaxEmail    = 254
)

// Registration is what somebody gives to get an account.
type Registration struct {
	Username string
	Email    string
	Password string
	Locale   Locale
}

// Normalize brings names to the form they are stored in, the same that Credentials are compared in. An address keeps the
// case that it was given in, although it is found without regard to it.
func (r Registration) Normalize() Registration {
	r.Username = strings.ToLower(canonical(r.Username))
	r.Email = canonical(r.Email)
	if r.Locale == "" {
		r.Locale = Japanese
	}
	return r
}

// Validate returns validation_failed with one field for each thing that is wrong.
func (r Registration) Validate() error {
	var fields []fault.Field
	refuse := func(name, message string) { fields = append(fields, fault.Field{Name: name, Message: message}) }
	if !validUsername(r.Username) {
		refuse("username", "must be 3 to 32 of a-z, 0-9, _ and -")
	} else if strings.HasPrefix(r.Username, erased) {
		refuse("username", "must not begin with "+erased)
	}
	if !validEmail(r.Email) {
		refuse("email", "must be an e-mail address")
	}
	if !validPassword(r.Password) {
		refuse("password", "must have 10 to 128 characters")
	}
	if r.Locale != Japanese && r.Locale != English {
		refuse("locale", "must be ja or en")
	}
	if len(fields) == 0 {
		return nil
	}
	return &fault.Error{Code: fault.ValidationFailed, Detail: fields[0].Name + ": " + fields[0].Message, Fields: fields}
}

func validUsername(s string) bool {
	if len(s) < MinUsername || len(s) > MaxUsername {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// validEmail refuses what cannot be an address and no more: only a mail that arrives proves one.
func validEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || len(s) > MaxEmail || !utf8.ValidString(s) {
		return false
	}
	// What nobody sees would make two addresses that look the same.
	if strings.ContainsFunc(s, func(c rune) bool { return unicode.IsSpace(c) || invisible(c) }) {
		return false
	}
	return !strings.ContainsRune(s[:at], '@')
}

func validPassword(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= MinPassword && n <= MaxPassword && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}

// Credentials are what somebody logs in with: a username or an e-mail address, and the password.
type Credentials struct {
	Login    string
	Password string
}

// Normalize brings the login to the form that names and addresses are found by.
func (c Credentials) Normalize() Credentials {
	c.Login = strings.ToLower(canonical(c.Login))
	return c
}

// Accounts stores people, and the hashes of their passwords in the usual form `$algorithm$…$salt$key`.
//
// A login means one account by its username, or all that claim an address: who proved it, then the oldest.
type Accounts interface {
	// Register stores u. Returns already_exists if the username is taken, and never says whether the e-mail is.
	Register(ctx context.Context, u User, passwordHash string) error
	// Recipes is one hash for each way in which those have hashed whom a login may mean, at most limit. A way is all that
	// stands before the key: the algorithm, its cost, the salt.
	Recipes(ctx context.Context, login string, limit int) ([]string, error)
	// Opened is the first whom the login may mean and who has one of these hashes; who ended the account a short while ago may be meant, too. Says false if there is nobody.
	Opened(ctx context.Context, login string, hashes []string) (User, bool, error)
	// Restore takes the end of an account back. Says false for one whose grace is over.
	Restore(ctx context.Context, user id.ID, now time.Time) (bool, error)
	// ByID returns not_found if there is no such account or it was deleted.
	ByID(ctx context.Context, user id.ID) (User, error)
}
