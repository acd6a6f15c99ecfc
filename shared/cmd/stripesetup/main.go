// stripesetup makes at Stripe what a stage must have: products, prices, the portal and the webhook, and writes the keys into the
// stage's secret. What is there already stays, so it can run again at any time.
//
//	STRIPE_SECRET_KEY=sk_… go run ./shared/cmd/stripesetup -stage dev -origin https://… [-region us-east-1]
//
// Without STRIPE_SECRET_KEY it takes the key from the secret. STRIPE_WEBHOOK_SECRET is that of a webhook which somebody else made
// (`stripe listen`): none is made then. STRIPE_URL leads to a local Stripe.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/yoriai/yoriai/shared/adapter/offers"
	secrets "github.com/yoriai/yoriai/shared/adapter/secretsmanager"
	"github.com/yoriai/yoriai/shared/adapter/stripe"
)

func main() {
	stage := flag.String("stage", "", "the stage")
	origin := flag.String("origin", "", "where people see it, such as https://yoriai.example")
	region := flag.String("region", "us-east-1", "the stage's region")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := run(ctx, *stage, strings.TrimSuffix(*origin, "/"), *region); err != nil {
		fmt.Fprintln(os.Stderr, "stripesetup:", err)
		os.Exit(1)
	}
}

// mostSecrets are good at a time: the new one, and the one before.
const mostSecrets = 2

func run(ctx context.Context, stage, origin, region string) error {
	if stage == "" || origin == "" {
		return errors.New("say -stage and -origin")
	}
	list, err := offers.Read()
	if err != nil {
		return err
	}
	cloud, err := config.LoadDefaultConfig(ctx, config.WithRegion(region))
	if err != nil {
		return err
	}
	client, name := secretsmanager.NewFromConfig(cloud), "yoriai/"+stage+"/stripe"
	before, err := secrets.NewStripe(client, name, time.Now).Keys(ctx)
	if err != nil {
		return err
	}
	keys := before
	if key := os.Getenv("STRIPE_SECRET_KEY"); key != "" {
		keys.APIKey = key
	}
	if keys.APIKey == "" {
		return errors.New("set STRIPE_SECRET_KEY")
	}
	account := &stripe.Stripe{URL: os.Getenv("STRIPE_URL"), Stage: stage, Now: time.Now,
		Keys: func(context.Context) (stripe.Keys, error) { return stripe.Keys(keys), nil }}
	made := os.Getenv("STRIPE_WEBHOOK_SECRET")
	webhook := origin + "/api/webhooks/stripe"
	if made != "" {
		webhook = ""
	}
	secret, err := account.Setup(ctx, list, webhook, origin, func(what string) { fmt.Println(what) })
	if err != nil {
		return err
	}
	if made == "" {
		made = secret
	}
	if made != "" && !slices.Contains(keys.WebhookSecrets, made) {
		keys.WebhookSecrets = append([]string{made}, keys.WebhookSecrets...)
		keys.WebhookSecrets = keys.WebhookSecrets[:min(len(keys.WebhookSecrets), mostSecrets)]
	}
	if len(keys.WebhookSecrets) == 0 {
		return fmt.Errorf("the webhook %s is there, and its secret is in no secret of ours: delete the webhook at Stripe, and set up again", webhook)
	}
	if keys.APIKey == before.APIKey && slices.Equal(keys.WebhookSecrets, before.WebhookSecrets) {
		fmt.Println("the keys are as they were")
		return nil
	}
	text, err := json.Marshal(keys) //nolint:gosec // it goes into the secret, which is where it belongs
	if err != nil {
		return err
	}
	_, err = client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: aws.String(name), SecretString: aws.String(string(text))})
	var none *types.ResourceNotFoundException
	if errors.As(err, &none) {
		_, err = client.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String(name), SecretString: aws.String(string(text))})
	}
	if err == nil {
		fmt.Println("wrote the keys into", name)
	}
	return err
}
