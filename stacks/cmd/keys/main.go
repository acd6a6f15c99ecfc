// Command keys makes what a stage must have before its first deployment: the
// key pair that signs sessions, the secret between edge and functions, and the
// place for the AI providers' keys. What is there already stays as it is.
package main

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secretstypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/yoriai/yoriai/stacks/stage"
)

func main() {
	name := flag.String("stage", string(stage.Local), "the stage")
	region := flag.String("region", "", "the stage's region, if it is not the one of the stage table")
	where := flag.Bool("where", false, "print the stage's region, and do nothing")
	rotate := flag.Bool("rotate-origin", false, "make a new origin secret; the one in use stays valid as the previous one")
	flag.Parse()
	s, err := find(*name, *region)
	if err != nil {
		fmt.Fprintln(os.Stderr, "keys:", err)
		os.Exit(2)
	}
	if *where {
		fmt.Println(s.Region)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, s, *rotate); err != nil {
		fmt.Fprintln(os.Stderr, "keys:", err)
		os.Exit(1)
	}
}

// find returns the stage in the region that was said, or else in its own.
func find(name, region string) (stage.Stage, error) {
	s, err := stage.Find(name, os.Getenv)
	if err != nil {
		return s, err
	}
	return s.In(cmp.Or(region, s.Region))
}

func run(ctx context.Context, s stage.Stage, rotate bool) error {
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion(s.Region))
	if err != nil {
		return err
	}
	for _, other := range stage.Regions() {
		if other == s.Region || s.IsLocal() {
			continue
		}
		if err := absent(ctx, s, ssm.NewFromConfig(settings, func(o *ssm.Options) { o.Region = other }), other); err != nil {
			return err
		}
	}
	k := keys{stage: s, secrets: secretsmanager.NewFromConfig(settings), parameters: ssm.NewFromConfig(settings)}
	return k.ensureAll(ctx, rotate)
}

// absent returns an error if the stage lives in the other region: forgetting to
// say the region would make a second one, with an empty database.
func absent(ctx context.Context, s stage.Stage, there parameters, region string) error {
	_, err := there.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(s.Parameter("jwt-public-key"))})
	var none *ssmtypes.ParameterNotFound
	switch {
	case errors.As(err, &none):
		return nil
	case err != nil:
		return fmt.Errorf("is stage %s in %s already? %w", s.Name, region, err)
	}
	return fmt.Errorf("stage %s lives in %s: say so (REGION=%s), or take it down there first; its last trace is the parameter %s",
		s.Name, region, region, s.Parameter("jwt-public-key"))
}

func (k keys) ensureAll(ctx context.Context, rotate bool) error {
	if err := k.ensureSigningKey(ctx); err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	if err := k.ensureProviders(ctx); err != nil {
		return fmt.Errorf("provider keys: %w", err)
	}
	if rotate {
		return k.rotateOrigin(ctx)
	}
	return k.ensureOrigin(ctx)
}

// ensureProviders makes the secret that holds the AI providers' keys, all
// empty, where the stage runs the gateway itself. People fill it in.
func (k keys) ensureProviders(ctx context.Context) error {
	if k.stage.Gateway.Balancing == stage.NoBalancing {
		return nil
	}
	text, err := k.read(ctx, "providers")
	if err != nil || text != "" {
		return err
	}
	return k.create(ctx, "providers", `{"OPENAI_API_KEY":"","ANTHROPIC_API_KEY":"","GEMINI_API_KEY":""}`)
}

// secrets and parameters are the calls this command makes.
type secrets interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	CreateSecret(context.Context, *secretsmanager.CreateSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.CreateSecretOutput, error)
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
}

type parameters interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
	PutParameter(context.Context, *ssm.PutParameterInput, ...func(*ssm.Options)) (*ssm.PutParameterOutput, error)
}

type keys struct {
	stage      stage.Stage
	secrets    secrets
	parameters parameters
}

// ensureSigningKey makes the key pair if there is none. The public half is
// always written anew from the private one, so that the two cannot differ.
func (k keys) ensureSigningKey(ctx context.Context) error {
	private, err := k.read(ctx, "jwt-signing-key")
	if err != nil {
		return err
	}
	if private == "" {
		_, made, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		private = base64.StdEncoding.EncodeToString(made)
		if err := k.create(ctx, "jwt-signing-key", private); err != nil {
			return err
		}
	}
	raw, err := base64.StdEncoding.DecodeString(private)
	if err != nil || len(raw) != ed25519.PrivateKeySize {
		return fmt.Errorf("%s is not the base64 of %d bytes", k.stage.Secret("jwt-signing-key"), ed25519.PrivateKeySize)
	}
	public := base64.StdEncoding.EncodeToString(ed25519.PrivateKey(raw).Public().(ed25519.PublicKey))
	_, err = k.parameters.PutParameter(ctx, &ssm.PutParameterInput{
		Name: aws.String(k.stage.Parameter("jwt-public-key")), Value: aws.String(public),
		Type: ssmtypes.ParameterTypeString, Overwrite: aws.Bool(true),
		Description: aws.String("Checks the signature of access tokens"),
	})
	return err
}

// origin is the secret that the edge adds to each request. Two values are valid
// while it is being replaced.
type origin struct {
	Current  string `json:"current"`
	Previous string `json:"previous"`
}

func (k keys) ensureOrigin(ctx context.Context) error {
	text, err := k.read(ctx, "origin")
	if err != nil || text != "" {
		return err
	}
	text, err = encode(origin{Current: random()})
	if err != nil {
		return err
	}
	return k.create(ctx, "origin", text)
}

func (k keys) rotateOrigin(ctx context.Context) error {
	text, err := k.read(ctx, "origin")
	if err != nil {
		return err
	}
	var old origin
	if err := json.Unmarshal([]byte(text), &old); err != nil {
		return fmt.Errorf("%s: %w", k.stage.Secret("origin"), err)
	}
	text, err = encode(origin{Current: random(), Previous: old.Current})
	if err != nil {
		return err
	}
	_, err = k.secrets.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(k.stage.Secret("origin")), SecretString: aws.String(text),
	})
	return err
}

// read returns the secret's text, or nothing if there is no such secret.
func (k keys) read(ctx context.Context, name string) (string, error) {
	found, err := k.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(k.stage.Secret(name))})
	var none *secretstypes.ResourceNotFoundException
	if errors.As(err, &none) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return aws.ToString(found.SecretString), nil
}

func (k keys) create(ctx context.Context, name, text string) error {
	_, err := k.secrets.CreateSecret(ctx, &secretsmanager.CreateSecretInput{
		Name: aws.String(k.stage.Secret(name)), SecretString: aws.String(text),
		Tags: []secretstypes.Tag{{Key: aws.String("app"), Value: aws.String("yoriai")}, {Key: aws.String("stage"), Value: aws.String(string(k.stage.Name))}},
	})
	return err
}

func encode(o origin) (string, error) {
	text, err := json.Marshal(o)
	return string(text), err
}

func random() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}
