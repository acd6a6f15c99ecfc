// Package identity lets people register, sign in, stay signed in and sign out.
package identity

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// How often one may try. Rules by name bound what can be done to one account, rules by address what one machine can do; those
// are wide, since a school, or the web server that signs people in for their browsers, is one address too.
var (
	registerByAddress = ratelimit.Rule{Name: "register-address", Burst: 60, Every: 10 * time.Second}
	logInByAddress    = ratelimit.Rule{Name: "login-address", Burst: 300, Every: 500 * time.Millisecond}
	logInByBoth       = ratelimit.Rule{Name: "login-both", Burst: 10, Every: 30 * time.Second}
	logInByName       = ratelimit.Rule{Name: "login-name", Burst: 100, Every: 10 * time.Second}
	refreshByAddress  = ratelimit.Rule{Name: "refresh-address", Burst: 600, Every: 100 * time.Millisecond}
)

// Sockets knows which sockets a session holds.
type Sockets interface {
	OfUsers(ctx context.Context, users []id.ID) ([]realtime.Connection, error)
	Remove(ctx context.Context, connectionID string) error
}

// Identity is the use case. Denials, Sockets and Closer are only there in functions that end sessions.
type Identity struct {
	Auth     user.AuthService
	Accounts user.Accounts
	Limits   ratelimit.Limiter
	Denials  realtime.Denials
	Sockets  Sockets
	Closer   realtime.Closer
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
	name := strings.ToLower(strings.TrimSpace(c.Login))
	if err := i.limitAddress(ctx, logInByAddress, address); err != nil {
		return user.SignedIn{}, err
	}
	if err := ratelimit.Allow(ctx, i.Limits, logInByBoth, name+" "+address); err != nil {
		return user.SignedIn{}, err
	}
	if err := ratelimit.Allow(ctx, i.Limits, logInByName, name); err != nil {
		return user.SignedIn{}, err
	}
	signedIn, err := i.Auth.LogIn(ctx, user.Credentials{Login: name, Password: c.Password})
	if err != nil {
		return user.SignedIn{}, err
	}
	i.Limits.Refill(ctx, logInByBoth, name+" "+address)
	return signedIn, nil
}

// Refresh exchanges a refresh token. Returns rate_limited or unauthenticated. If the token betrays that two people hold the
// chain, the session is denied everywhere before the answer.
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
// harmless. Returns unauthenticated if neither names one.
func (i *Identity) LogOut(ctx context.Context, refreshToken, accessToken string) error {
	person, session, err := i.sessionOf(ctx, refreshToken, accessToken)
	if err != nil {
		return err
	}
	if err := i.Auth.End(ctx, session); err != nil {
		return err
	}
	return i.deny(ctx, person, session)
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

// deny ends what a session's access tokens can still do, then closes its sockets. A socket that cannot be closed now is
// closed by its next heartbeat, which finds the denial.
func (i *Identity) deny(ctx context.Context, person, session id.ID) error {
	if err := i.Denials.Deny(ctx, session); err != nil {
		return fault.Wrap(fault.Unavailable, "The session could not be ended everywhere. Try again.", err)
	}
	if i.Closer == nil {
		return nil
	}
	connections, err := i.Sockets.OfUsers(ctx, []id.ID{person})
	if err != nil {
		return nil
	}
	for _, c := range connections {
		if c.SessionID == session && i.Closer.Close(ctx, c.ID) == nil {
			_ = i.Sockets.Remove(ctx, c.ID)
		}
	}
	return nil
}

// Me is the person that a caller is.
func (i *Identity) Me(ctx context.Context, c user.Caller) (user.User, error) {
	return i.Accounts.ByID(ctx, c.UserID)
}

// limitAddress spares the machine itself: on loopback there is one developer, and no attacker.
func (i *Identity) limitAddress(ctx context.Context, rule ratelimit.Rule, address string) error {
	if ip := net.ParseIP(address); ip != nil && ip.IsLoopback() {
		return nil
	}
	return ratelimit.Allow(ctx, i.Limits, rule, address)
}
