package user

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// How long things last.
const (
	AccessLifetime  = 15 * time.Minute
	RefreshLifetime = 30 * 24 * time.Hour
	// ReuseGrace is how long a spent refresh token may come again without harm: a second tab, a lost answer.
	ReuseGrace = 30 * time.Second
)

// Caller is who sends a request, as the verified token says. The zero value is nobody.
type Caller struct {
	UserID      id.ID
	SessionID   id.ID
	Username    string
	DisplayName string
}

// Verifier proves an access token. Returns token_expired for one that was valid once, unauthenticated for anything else.
type Verifier interface {
	Verify(ctx context.Context, token string) (Caller, error)
}

// AuthService is how people sign in. simplejwt implements it; nothing else in the code knows more than this port.
type AuthService interface {
	Verifier
	// Register makes an account and its first session. Returns validation_failed, or already_exists if the username is taken.
	Register(ctx context.Context, r Registration) (SignedIn, error)
	// LogIn makes a session, and takes back the end of an account that is in its grace. Returns invalid_credentials without saying which part
	// was wrong.
	LogIn(ctx context.Context, c Credentials) (SignedIn, error)
	// Confirm returns invalid_credentials for a password that is not the person's.
	Confirm(ctx context.Context, person User, password string) error
	// Refresh exchanges a refresh token for new tokens. Returns a Revoked error if the family was given up because a token
	// came again that only a thief could still use, now or a moment ago; unauthenticated for a token that opens nothing.
	Refresh(ctx context.Context, refreshToken string) (SignedIn, error)
	// End revokes a session for good. Ending an ended one is harmless.
	End(ctx context.Context, session id.ID) error
	// SessionOf names the session that a refresh token belongs to, spent or not. Returns unauthenticated for an unknown one.
	SessionOf(ctx context.Context, refreshToken string) (Session, error)
}

// SignedIn is what a person gets who proved who they are.
type SignedIn struct {
	User         User
	SessionID    id.ID
	AccessToken  string
	RefreshToken string
	// DeletionCancelled says that signing in took the end of the account back.
	DeletionCancelled bool
}

// Session is one signed-in device.
type Session struct {
	ID        id.ID
	UserID    id.ID
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt time.Time
}

func (s Session) ended() bool { return !s.RevokedAt.IsZero() }

// Sessions stores sessions and their families of refresh tokens. It sees hashes only.
type Sessions interface {
	// Open stores a session with its first token.
	Open(ctx context.Context, s Session, hash TokenHash) error
	// Rotate finds the family of the token with this hash, asks Decide under the family's lock, and does what it says: next
	// is stored as the token's child, or the session is revoked. Returns unauthenticated for an unknown or an expired session.
	Rotate(ctx context.Context, hash, next TokenHash, now time.Time) (Rotation, error)
	// ByToken returns unauthenticated for an unknown token.
	ByToken(ctx context.Context, hash TokenHash) (Session, error)
	// Revoke ends a session for good.
	Revoke(ctx context.Context, session id.ID, now time.Time) error
	// Alive says whether the session of this user stands and the account was not deleted.
	Alive(ctx context.Context, user, session id.ID) (bool, error)
}

// TokenHash is the SHA-256 of a refresh token: the token itself is never stored.
type TokenHash [32]byte

// Rotation is what came of a presented refresh token.
type Rotation struct {
	Session  Session
	User     User
	Decision Decision
}
