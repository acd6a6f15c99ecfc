// Package secretsmanager reads the stage's secrets, once for each environment.
package secretsmanager

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// Client is the part of Secrets Manager that is used.
type Client interface {
	GetSecretValue(ctx context.Context, in *sdk.GetSecretValueInput, options ...func(*sdk.Options)) (*sdk.GetSecretValueOutput, error)
}

func read(ctx context.Context, c Client, arn string) (string, error) {
	out, err := c.GetSecretValue(ctx, &sdk.GetSecretValueInput{SecretId: &arn})
	if err != nil {
		return "", fmt.Errorf("read a secret: %w", err)
	}
	if out.SecretString == nil {
		return "", errors.New("the secret has no text")
	}
	return *out.SecretString, nil
}

// SigningKey reads the private key that signs access tokens.
func SigningKey(ctx context.Context, c Client, arn string) (ed25519.PrivateKey, error) {
	text, err := read(ctx, c, arn)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != ed25519.PrivateKeySize {
		return nil, errors.New("the signing key is not 64 bytes in base64")
	}
	return key, nil
}

// How long Stripe's keys are kept: one that was changed is used within that time.
const stripeFresh = 5 * time.Minute

// Stripe knows the keys of the stage's Stripe account.
type Stripe struct {
	client Client
	arn    string
	now    func() time.Time

	mu    sync.Mutex
	keys  StripeKeys
	asked time.Time
}

// StripeKeys are empty in a stage that sells nothing.
type StripeKeys struct {
	APIKey string `json:"api_key"`
	// WebhookSecrets are two while one is rolled.
	WebhookSecrets []string `json:"webhook_secrets"`
}

// NewStripe makes a Stripe; it reads the secret when first asked.
func NewStripe(c Client, arn string, now func() time.Time) *Stripe {
	return &Stripe{client: c, arn: arn, now: now}
}

// Keys reads the keys. Empty ones are asked for again each time: somebody may be filling them in.
func (s *Stripe) Keys(ctx context.Context) (StripeKeys, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys.APIKey != "" && s.now().Sub(s.asked) < stripeFresh {
		return s.keys, nil
	}
	text, err := read(ctx, s.client, s.arn)
	var none *types.ResourceNotFoundException
	if errors.As(err, &none) {
		return StripeKeys{}, nil // nothing is sold: the secret would cost something all the same
	}
	if err != nil {
		return StripeKeys{}, err
	}
	var keys StripeKeys
	if err := json.Unmarshal([]byte(text), &keys); err != nil {
		return StripeKeys{}, errors.New("the secret of Stripe is not {api_key, webhook_secrets}")
	}
	s.keys, s.asked = keys, s.now()
	return keys, nil
}

// How long the origin secret is kept, and how soon a secret that does not fit makes it be read again: while it changes,
// the front door may be ahead of this environment.
const (
	originFresh = 5 * time.Minute
	originRetry = 10 * time.Second
)

// Origin knows the secret of the stage's front door: two values are good while it changes.
type Origin struct {
	client Client
	arn    string
	now    func() time.Time

	mu    sync.Mutex
	good  [][sha256.Size]byte
	asked time.Time
}

// NewOrigin makes an Origin; it reads the secret when first asked.
func NewOrigin(c Client, arn string, now func() time.Time) *Origin {
	return &Origin{client: c, arn: arn, now: now}
}

// Admits says whether the presented secret is one of the two.
func (o *Origin) Admits(ctx context.Context, presented string) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	age := o.now().Sub(o.asked)
	if o.good != nil && age < originFresh && (o.fits(presented) || age < originRetry) {
		return o.fits(presented), nil
	}
	if err := o.load(ctx); err != nil {
		// What was good a moment ago still is, as long as nobody can say otherwise.
		if o.good != nil && o.fits(presented) {
			return true, nil
		}
		return false, err
	}
	return o.fits(presented), nil
}

func (o *Origin) load(ctx context.Context) error {
	text, err := read(ctx, o.client, o.arn)
	if err != nil {
		return err
	}
	var values struct {
		Current  string `json:"current"`
		Previous string `json:"previous"`
	}
	if err := json.Unmarshal([]byte(text), &values); err != nil || values.Current == "" {
		return errors.New("the origin secret is not {current, previous}")
	}
	o.good = [][sha256.Size]byte{sha256.Sum256([]byte(values.Current))}
	if values.Previous != "" {
		o.good = append(o.good, sha256.Sum256([]byte(values.Previous)))
	}
	o.asked = o.now()
	return nil
}

// fits compares hashes, so that neither content nor length shows in the time it takes.
func (o *Origin) fits(presented string) bool {
	sum, fits := sha256.Sum256([]byte(presented)), 0
	for _, good := range o.good {
		fits |= subtle.ConstantTimeCompare(sum[:], good[:])
	}
	return fits == 1
}
