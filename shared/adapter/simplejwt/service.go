package simplejwt

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Service is the user.AuthService of this package.
type Service struct {
	*Verifier
	Signer   *Signer
	Accounts user.Accounts
	Sessions user.Sessions
	Cost     Cost
	Now      func() time.Time
}

var _ user.AuthService = (*Service)(nil)

// Register implements user.AuthService.
func (s *Service) Register(ctx context.Context, r user.Registration) (user.SignedIn, error) {
	r = r.Normalize()
	r.Password = typed(r.Password)
	if err := r.Validate(); err != nil {
		return user.SignedIn{}, err
	}
	recipes, err := s.Accounts.Recipes(ctx, r.Email, maxRecipes)
	if err != nil {
		return user.SignedIn{}, err
	}
	salt, err := s.Cost.salt(s.Signer.key.Seed(), strings.ToLower(r.Email), recipes)
	if err != nil {
		return user.SignedIn{}, err
	}
	person := user.User{
		ID: id.New(), Username: r.Username, Email: r.Email, DisplayName: r.Username, Locale: r.Locale, AIMayRead: true,
		CreatedAt: s.Now().UTC().Truncate(time.Millisecond),
	}
	if err := s.Accounts.Register(ctx, person, s.Cost.hash(r.Password, salt)); err != nil {
		return user.SignedIn{}, err
	}
	return s.open(ctx, person)
}

// LogIn implements user.AuthService. The database compares the hashes: nobody who guesses a password can steer what its hash
// begins with, so the time that it takes teaches nothing.
func (s *Service) LogIn(ctx context.Context, c user.Credentials) (user.SignedIn, error) {
	c = c.Normalize()
	recipes, err := s.Accounts.Recipes(ctx, c.Login, maxRecipes)
	if err != nil {
		return user.SignedIn{}, err
	}
	person, ok, err := s.Accounts.Opened(ctx, c.Login, s.Cost.candidates(typed(c.Password), recipes))
	if err != nil {
		return user.SignedIn{}, err
	}
	if !ok {
		return user.SignedIn{}, wrong()
	}
	if person.Suspended {
		return user.SignedIn{}, fault.New(fault.Forbidden, "This account is suspended.")
	}
	restored := false
	if !person.DeletedAt.IsZero() {
		if restored, err = s.Accounts.Restore(ctx, person.ID, s.Now()); err != nil {
			return user.SignedIn{}, err
		}
		if !restored {
			return user.SignedIn{}, wrong()
		}
	}
	signedIn, err := s.open(ctx, person)
	signedIn.DeletionCancelled = restored
	return signedIn, err
}

func wrong() error { return fault.New(fault.InvalidCredentials, "The name or the password is wrong.") }

// Confirm implements user.AuthService.
func (s *Service) Confirm(ctx context.Context, person user.User, password string) error {
	recipes, err := s.Accounts.Recipes(ctx, person.Username, maxRecipes)
	if err != nil {
		return err
	}
	opened, ok, err := s.Accounts.Opened(ctx, person.Username, s.Cost.candidates(typed(password), recipes))
	if err == nil && (!ok || opened.ID != person.ID) {
		err = wrong()
	}
	return err
}

// Refresh implements user.AuthService.
func (s *Service) Refresh(ctx context.Context, refreshToken string) (user.SignedIn, error) {
	next, nextHash, err := newSecret()
	if err != nil {
		return user.SignedIn{}, err
	}
	rotation, err := s.Sessions.Rotate(ctx, hashOf(refreshToken), nextHash, s.Now())
	if err != nil {
		return user.SignedIn{}, err
	}
	switch rotation.Decision.Outcome {
	case user.RevokeFamily:
		return user.SignedIn{}, &user.Revoked{Session: rotation.Session}
	case user.Refuse:
		return user.SignedIn{}, fault.New(fault.Unauthenticated, "This session cannot go on with that token.")
	case user.Rotate, user.GiveSibling:
	}
	return s.signedIn(rotation.User, rotation.Session.ID, next)
}

// End implements user.AuthService.
func (s *Service) End(ctx context.Context, session id.ID) error {
	return s.Sessions.Revoke(ctx, session, s.Now())
}

// SessionOf implements user.AuthService.
func (s *Service) SessionOf(ctx context.Context, refreshToken string) (user.Session, error) {
	return s.Sessions.ByToken(ctx, hashOf(refreshToken))
}

func (s *Service) open(ctx context.Context, person user.User) (user.SignedIn, error) {
	token, hash, err := newSecret()
	if err != nil {
		return user.SignedIn{}, err
	}
	now := s.Now()
	session := user.Session{ID: id.New(), UserID: person.ID, CreatedAt: now, ExpiresAt: now.Add(user.RefreshLifetime)}
	if err := s.Sessions.Open(ctx, session, hash); err != nil {
		return user.SignedIn{}, err
	}
	return s.signedIn(person, session.ID, token)
}

func (s *Service) signedIn(person user.User, session id.ID, refreshToken string) (user.SignedIn, error) {
	access, err := s.Signer.Sign(user.Caller{UserID: person.ID, SessionID: session, Username: person.Username, DisplayName: person.DisplayName})
	if err != nil {
		return user.SignedIn{}, err
	}
	return user.SignedIn{User: person, SessionID: session, AccessToken: access, RefreshToken: refreshToken}, nil
}

// newSecret makes a refresh token of 256 bits and what is stored of it. A plain hash is enough for what cannot be guessed.
func newSecret() (string, user.TokenHash, error) {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", user.TokenHash{}, err
	}
	token := base64.RawURLEncoding.EncodeToString(b[:])
	return token, hashOf(token), nil
}

func hashOf(token string) user.TokenHash { return sha256.Sum256([]byte(token)) }
