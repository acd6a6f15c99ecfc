package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// signingKey is the secret that holds the private key.
const signingKey = "jwt-signing-key"

// Secrets Manager's labels of a secret's versions. Sign-in functions read the
// current one; moving that label makes the one before it the previous.
const (
	current  = "AWSCURRENT"
	pending  = "AWSPENDING"
	previous = "AWSPREVIOUS"
)

// signingStep is a step of changing the signing key. Between two steps lies a
// deployment, which hands the public keys to the functions.
type signingStep string

const (
	stay signingStep = ""
	// next makes the key that will sign; nothing signs with it yet.
	next signingStep = "next"
	// change makes it sign.
	change signingStep = "switch"
	// retire ends what the key before it has signed.
	retire signingStep = "retire"
)

// ensureSigningKey makes the key if there is none, takes a step if one is asked
// for, and publishes the public halves of all that may have signed a token or
// will. They are always written anew from the private ones, so that the two
// cannot differ.
func (k keys) ensureSigningKey(ctx context.Context, asked signingStep) error {
	held, err := k.signingKeys(ctx)
	if err != nil {
		return err
	}
	if held[current].text == "" {
		if err := k.create(ctx, signingKey, newSigningKey()); err != nil {
			return err
		}
	}
	if err := k.take(ctx, asked, held); err != nil {
		return err
	}
	if held, err = k.signingKeys(ctx); err != nil {
		return err
	}
	return k.publish(ctx, held)
}

// signingKeys are the versions by label; each is checked.
func (k keys) signingKeys(ctx context.Context) (map[string]version, error) {
	held := map[string]version{}
	for _, label := range []string{current, pending, previous} {
		v, err := k.version(ctx, signingKey, label)
		if err != nil {
			return nil, err
		}
		if v.text == "" {
			continue
		}
		if _, err := publicOf(v.text); err != nil {
			return nil, fmt.Errorf("%s (%s): %w", k.stage.Secret(signingKey), label, err)
		}
		held[label] = v
	}
	return held, nil
}

func (k keys) take(ctx context.Context, asked signingStep, held map[string]version) error {
	_, waiting := held[pending]
	_, left := held[previous]
	switch asked {
	case stay:
		return nil
	case next:
		if waiting || left {
			return errors.New("the key is being changed already: finish that with switch and retire")
		}
		_, err := k.secrets.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
			SecretId: aws.String(k.stage.Secret(signingKey)), SecretString: aws.String(newSigningKey()), VersionStages: []string{pending},
		})
		return err
	case change:
		if !waiting {
			return errors.New("there is no next key: make one with next, and deploy")
		}
		if err := k.label(ctx, current, held[current].id, held[pending].id); err != nil {
			return err
		}
		return k.label(ctx, pending, held[pending].id, "")
	case retire:
		if !left {
			return errors.New("there is no previous key")
		}
		return k.label(ctx, previous, held[previous].id, "")
	}
	return fmt.Errorf("there is no step %q: next, switch or retire", asked)
}

// label moves a label from one version to another, or takes it away.
func (k keys) label(ctx context.Context, label, from, to string) error {
	in := &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: aws.String(k.stage.Secret(signingKey)), VersionStage: aws.String(label), RemoveFromVersionId: aws.String(from),
	}
	if to != "" {
		in.MoveToVersionId = aws.String(to)
	}
	_, err := k.secrets.UpdateSecretVersionStage(ctx, in)
	return err
}

func (k keys) publish(ctx context.Context, held map[string]version) error {
	var public []string
	for _, label := range []string{current, pending, previous} {
		v, there := held[label]
		if !there {
			continue
		}
		key, err := publicOf(v.text)
		if err != nil {
			return err
		}
		if !slices.Contains(public, key) {
			public = append(public, key)
		}
	}
	_, err := k.parameters.PutParameter(ctx, &ssm.PutParameterInput{
		Name: aws.String(k.stage.Parameter("jwt-public-key")), Value: aws.String(strings.Join(public, ",")),
		Type: ssmtypes.ParameterTypeString, Overwrite: aws.Bool(true),
		Description: aws.String("Check the signature of access tokens"),
	})
	return err
}

func newSigningKey() string {
	_, private, _ := ed25519.GenerateKey(rand.Reader) // never fails
	return base64.StdEncoding.EncodeToString(private)
}

func publicOf(private string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(private)
	if err != nil || len(raw) != ed25519.PrivateKeySize {
		return "", fmt.Errorf("not the base64 of %d bytes", ed25519.PrivateKeySize)
	}
	return base64.StdEncoding.EncodeToString(ed25519.PrivateKey(raw).Public().(ed25519.PublicKey)), nil
}
