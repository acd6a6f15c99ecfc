// Command keys makes what a stage must have before its first deployment: the
// key pair that signs sessions, the secret between edge and functions, and the
// place for the AI providers' keys. What is there already stays as it is. It
// also changes the first two, in steps that sign nobody out.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
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
	signing := flag.String("signing-key", "", "a step of changing the key that signs sessions: next, switch or retire")
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
	if err := run(ctx, s, *rotate, signingStep(*signing)); err != nil {
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

func run(ctx context.Context, s stage.Stage, rotate bool, signing signingStep) error {
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
	return k.ensureAll(ctx, rotate, signing)
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

func (k keys) ensureAll(ctx context.Context, rotate bool, signing signingStep) error {
	if err := k.ensureSigningKey(ctx, signing); err != nil {
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
	UpdateSecretVersionStage(context.Context, *secretsmanager.UpdateSecretVersionStageInput, ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error)
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
	v, err := k.version(ctx, name, current)
	return v.text, err
}

// version is a secret's text under one of Secrets Manager's labels, and the id that it has there.
type version struct{ id, text string }

// version is zero if there is no such secret, or none with this label.
func (k keys) version(ctx context.Context, name, label string) (version, error) {
	found, err := k.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: aws.String(k.stage.Secret(name)), VersionStage: aws.String(label),
	})
	var none *secretstypes.ResourceNotFoundException
	if errors.As(err, &none) {
		return version{}, nil
	}
	if err != nil {
		return version{}, err
	}
	return version{id: aws.ToString(found.VersionId), text: aws.ToString(found.SecretString)}, nil
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
