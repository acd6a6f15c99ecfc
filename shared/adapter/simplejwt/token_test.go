package simplejwt

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

func keys(t *testing.T) (ed25519.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return public, private
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func TestOnlyOurOwnFreshTokensAreTaken(t *testing.T) {
	t.Parallel()
	now := time.Now()
	clock := func() time.Time { return now }
	public, private := keys(t)
	_, stranger := keys(t)
	verifier := NewVerifier(clock, public)
	caller := user.Caller{UserID: id.New(), SessionID: id.New(), Username: "ann", DisplayName: "安"}
	sign := func(key ed25519.PrivateKey, at time.Time) string {
		t.Helper()
		token, err := NewSigner(key, func() time.Time { return at }).Sign(caller)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good := sign(private, now)
	header, payload, signature := cut(good)
	header256 := encode(t, map[string]string{"alg": "HS256", "typ": "JWT", "kid": KeyID(public)})
	mac := hmac.New(sha256.New, public)
	mac.Write([]byte(header256 + "." + payload))
	signed := func(change func(*claims)) string {
		t.Helper()
		c := claims{RegisteredClaims: jwt.RegisteredClaims{Issuer: issuer, Subject: caller.UserID.String(), ExpiresAt: jwt.NewNumericDate(now.Add(time.Minute))}, Session: caller.SessionID.String()}
		change(&c)
		token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c)
		token.Header["kid"] = KeyID(public)
		text, err := token.SignedString(private)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for name, c := range map[string]struct {
		token string
		code  fault.Code
	}{
		"a good one":                        {good, ""},
		"an expired one":                    {sign(private, now.Add(-user.AccessLifetime)), fault.TokenExpired},
		"an expired stranger's":             {sign(stranger, now.Add(-user.AccessLifetime)), fault.Unauthenticated},
		"a stranger's":                      {sign(stranger, now), fault.Unauthenticated},
		"nothing":                           {"", fault.Unauthenticated},
		"no token":                          {"a.b.c", fault.Unauthenticated},
		"no signature":                      {header + "." + payload + ".", fault.Unauthenticated},
		"two parts":                         {header + "." + payload, fault.Unauthenticated},
		"alg none":                          {encode(t, map[string]string{"alg": "none", "kid": KeyID(public)}) + "." + payload + ".", fault.Unauthenticated},
		"alg None":                          {encode(t, map[string]string{"alg": "None", "kid": KeyID(public)}) + "." + payload + "." + signature, fault.Unauthenticated},
		"the public key as a shared secret": {header256 + "." + payload + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), fault.Unauthenticated},
		"another key's name":                {encode(t, map[string]string{"alg": "EdDSA", "kid": "x"}) + "." + payload + "." + signature, fault.Unauthenticated},
		"another payload":                   {header + "." + encode(t, map[string]any{"iss": issuer, "sub": id.New(), "sid": id.New(), "exp": now.Add(time.Hour).Unix()}) + "." + signature, fault.Unauthenticated},
		"a signature cut":                   {good[:len(good)-2], fault.Unauthenticated},
		"another issuer":                    {signed(func(c *claims) { c.Issuer = "x" }), fault.Unauthenticated},
		"no expiry":                         {signed(func(c *claims) { c.ExpiresAt = nil }), fault.Unauthenticated},
		"not yet":                           {signed(func(c *claims) { c.NotBefore = jwt.NewNumericDate(now.Add(time.Minute)) }), fault.Unauthenticated},
		"no subject":                        {signed(func(c *claims) { c.Subject = "" }), fault.Unauthenticated},
		"no session":                        {signed(func(c *claims) { c.Session = "x" }), fault.Unauthenticated},
	} {
		got, err := verifier.Verify(t.Context(), c.token)
		if fault.CodeOf(err) != c.code || c.code == "" && got != caller || c.code != "" && got != (user.Caller{}) {
			t.Errorf("%s: got %+v, %v; want %q", name, got, err, c.code)
		}
	}
}

func cut(token string) (header, payload, signature string) {
	parts := strings.Split(token, ".")
	return parts[0], parts[1], parts[2]
}

func TestEveryBitOfATokenCounts(t *testing.T) {
	t.Parallel()
	public, private := keys(t)
	verifier := NewVerifier(time.Now, public)
	token, err := NewSigner(private, time.Now).Sign(user.Caller{UserID: id.New(), SessionID: id.New()})
	if err != nil {
		t.Fatal(err)
	}
	for n := range token {
		other := []byte(token)
		other[n] ^= 1
		if _, err := verifier.Verify(t.Context(), string(other)); !fault.Is(err, fault.Unauthenticated) {
			t.Fatalf("byte %d changed: %v", n, err)
		}
	}
}

func TestTwoKeysWhileTheyChange(t *testing.T) {
	t.Parallel()
	oldPublic, oldPrivate := keys(t)
	newPublic, newPrivate := keys(t)
	now := time.Now()
	clock := func() time.Time { return now }
	both, fresh := NewVerifier(clock, newPublic, oldPublic), NewVerifier(clock, newPublic)
	for name, c := range map[string]struct {
		key                ed25519.PrivateKey
		age                time.Duration
		inBoth, afterwards fault.Code
	}{
		"the old key's":          {oldPrivate, 0, "", fault.Unauthenticated},
		"the old key's, expired": {oldPrivate, user.AccessLifetime, fault.TokenExpired, fault.Unauthenticated},
		"the new key's":          {newPrivate, 0, "", ""},
		"the new key's, expired": {newPrivate, user.AccessLifetime, fault.TokenExpired, fault.TokenExpired},
	} {
		token, err := NewSigner(c.key, func() time.Time { return now.Add(-c.age) }).Sign(user.Caller{UserID: id.New(), SessionID: id.New()})
		if err != nil {
			t.Fatal(err)
		}
		_, during := both.Verify(t.Context(), token)
		_, after := fresh.Verify(t.Context(), token)
		if fault.CodeOf(during) != c.inBoth || fault.CodeOf(after) != c.afterwards {
			t.Errorf("%s: %v while both stand, %v afterwards", name, during, after)
		}
	}
}
