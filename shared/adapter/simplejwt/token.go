// Package simplejwt signs people in without another service: argon2id passwords, EdDSA access tokens of 15 minutes, and
// refresh tokens that rotate and detect their reuse.
package simplejwt

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

const issuer = "yoriai"

type claims struct {
	jwt.RegisteredClaims
	Session     string `json:"sid"`
	Username    string `json:"username"`
	DisplayName string `json:"name"`
}

// KeyID names a key in a token's header, so that several can be valid while they change.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// Signer makes access tokens. Only sign-in functions hold one.
type Signer struct {
	key   ed25519.PrivateKey
	keyID string
	now   func() time.Time
}

// NewSigner makes a signer of a private key.
func NewSigner(key ed25519.PrivateKey, now func() time.Time) *Signer {
	public, _ := key.Public().(ed25519.PublicKey)
	return &Signer{key: key, keyID: KeyID(public), now: now}
}

// Sign makes an access token for a caller.
func (s *Signer) Sign(c user.Caller) (string, error) {
	now := s.now()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Subject: c.UserID.String(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(user.AccessLifetime)),
		},
		Session: c.SessionID.String(), Username: c.Username, DisplayName: c.DisplayName,
	})
	token.Header["kid"] = s.keyID
	return token.SignedString(s.key)
}

// Verifier proves access tokens by public keys.
type Verifier struct {
	keys   map[string]ed25519.PublicKey
	parser *jwt.Parser
}

// NewVerifier makes a verifier that accepts each of these keys.
func NewVerifier(now func() time.Time, keys ...ed25519.PublicKey) *Verifier {
	v := &Verifier{keys: map[string]ed25519.PublicKey{}, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), jwt.WithIssuer(issuer), jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(), jwt.WithTimeFunc(now),
	)}
	for _, key := range keys {
		v.keys[KeyID(key)] = key
	}
	return v
}

// Verify reads a token. Returns token_expired for one that only its age spoils, unauthenticated for anything else.
func (v *Verifier) Verify(_ context.Context, token string) (user.Caller, error) {
	var c claims
	_, err := v.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		name, _ := t.Header["kid"].(string)
		key, ok := v.keys[name]
		if !ok {
			return nil, errors.New("unknown key")
		}
		return key, nil
	})
	// The signature is checked before the claims: an expired token is one that was ours.
	if errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenInvalidIssuer) {
		return user.Caller{}, fault.New(fault.TokenExpired, "The access token has expired.")
	}
	if err != nil {
		return user.Caller{}, fault.Wrap(fault.Unauthenticated, "The access token is not valid.", err)
	}
	return c.caller()
}

func (c claims) caller() (user.Caller, error) {
	person, err := id.Parse(c.Subject)
	if err != nil {
		return user.Caller{}, fault.New(fault.Unauthenticated, "The access token is not valid.")
	}
	session, err := id.Parse(c.Session)
	if err != nil {
		return user.Caller{}, fault.New(fault.Unauthenticated, "The access token is not valid.")
	}
	return user.Caller{UserID: person, SessionID: session, Username: c.Username, DisplayName: c.DisplayName}, nil
}
