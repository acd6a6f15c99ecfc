// Package identity lets people register, sign in, stay signed in and sign out.
package identity

import (
	"context"
	"errors"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Identity is the use case. Denials and Sockets are only there in functions that end sessions, Closer where the stage
// has sockets to close.
type Identity struct {
	Auth     user.AuthService
	Accounts user.Accounts
	Limits   ratelimit.Limiter
	Denials  realtime.Denials
	Sockets  Sockets
	Closer   realtime.Closer
	// EndingStep is how long each step may take that ends a session; two seconds unless said otherwise.
	EndingStep time.Duration
}

// Register makes an account and signs it in. Returns rate_limited, validation_failed, or already_exists if the username is
// taken; whether an e-mail address is, it never tells.
func (i *Identity) Register(ctx context.Context, r user.Registration, address string) (user.SignedIn, error) {
	if err := i.limitAddress(ctx, registerByAddress, address); err != nil {
		return user.SignedIn{}, err
	}
	return i.Auth.Register(ctx, r)
}

// LogIn signs in. Returns rate_limited, or invalid_credentials without saying which part was wrong.
func (i *Identity) LogIn(ctx context.Context, c user.Credentials, address string) (user.SignedIn, error) {
	c = c.Normalize()
	if err := i.limitAddress(ctx, logInByAddress, address); err != nil {
		return user.SignedIn{}, err
	}
	g := guessOf(c.Login, address)
	if err := i.begin(ctx, g); err != nil {
		return user.SignedIn{}, err
	}
	signedIn, err := i.Auth.LogIn(ctx, c)
	if fault.Is(err, fault.InvalidCredentials) {
		i.failed(ctx, g)
	} else {
		i.forgive(ctx, g)
	}
	return signedIn, err
}

// Confirm holds a password against that of a person who is signed in, and counts a wrong one as a failed log-in. Returns rate_limited, or
// forbidden for a wrong one.
func (i *Identity) Confirm(ctx context.Context, c user.Caller, password, address string) error {
	if err := i.limitAddress(ctx, logInByAddress, address); err != nil {
		return err
	}
	person, err := i.Accounts.ByID(ctx, c.UserID)
	if err != nil {
		return err
	}
	g := guessOf(person.Username, address)
	if err := i.begin(ctx, g); err != nil {
		return err
	}
	err = i.Auth.Confirm(ctx, person, password)
	if fault.Is(err, fault.InvalidCredentials) {
		i.failed(ctx, g)
		return &fault.Error{Code: fault.Forbidden, Detail: "The password is wrong.", Fields: []fault.Field{{Name: "password", Message: "is wrong"}}}
	}
	i.forgive(ctx, g)
	return err
}

// Refresh exchanges a refresh token. Returns rate_limited or unauthenticated. If the token betrays that two people hold the
// chain, the session is denied everywhere before the answer, and again if such a token comes again.
func (i *Identity) Refresh(ctx context.Context, refreshToken, address string) (user.SignedIn, error) {
	if err := i.limitAddress(ctx, refreshByAddress, address); err != nil {
		return user.SignedIn{}, err
	}
	signedIn, err := i.Auth.Refresh(ctx, refreshToken)
	var revoked *user.Revoked
	if errors.As(err, &revoked) {
		if denyErr := i.deny(ctx, revoked.Session.UserID, revoked.Session.ID); denyErr != nil {
			return user.SignedIn{}, denyErr
		}
	}
	return signedIn, err
}

// LogOut ends the session that the refresh token, or else the access token, belongs to. Ending an ended session is
// harmless, and ends again what failed before. Returns unauthenticated if neither names one.
func (i *Identity) LogOut(ctx context.Context, refreshToken, accessToken string) error {
	person, session, err := i.sessionOf(ctx, refreshToken, accessToken)
	if err != nil {
		return err
	}
	denied := i.deny(ctx, person, session)
	return errors.Join(i.Auth.End(ctx, session), denied)
}

func (i *Identity) sessionOf(ctx context.Context, refreshToken, accessToken string) (person, session id.ID, err error) {
	if refreshToken != "" {
		s, err := i.Auth.SessionOf(ctx, refreshToken)
		if err == nil || accessToken == "" || !fault.Is(err, fault.Unauthenticated) {
			return s.UserID, s.ID, err
		}
	}
	if accessToken == "" {
		return id.ID{}, id.ID{}, fault.New(fault.Unauthenticated, "Sign in first.")
	}
	caller, err := i.Auth.Verify(ctx, accessToken)
	return caller.UserID, caller.SessionID, err
}

// Me is the person that a caller is.
func (i *Identity) Me(ctx context.Context, c user.Caller) (user.User, error) {
	return i.Accounts.ByID(ctx, c.UserID)
}
