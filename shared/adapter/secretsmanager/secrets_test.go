package secretsmanager_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/secretsmanager"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// vault is a Secrets Manager of one secret.
type vault struct {
	text  string
	err   error
	asked int
}

func (v *vault) GetSecretValue(context.Context, *sdk.GetSecretValueInput, ...func(*sdk.Options)) (*sdk.GetSecretValueOutput, error) {
	v.asked++
	return &sdk.GetSecretValueOutput{SecretString: &v.text}, v.err
}

func TestTheOriginSecretWhileItChanges(t *testing.T) {
	t.Parallel()
	now := time.Now()
	v := &vault{text: `{"current":"one","previous":""}`}
	o := secretsmanager.NewOrigin(v, "arn", func() time.Time { return now })
	want := func(presented string, want bool, asked int) {
		t.Helper()
		got, err := o.Admits(t.Context(), presented)
		if err != nil || got != want || v.asked != asked {
			t.Fatalf("%q: got %v, %v after %d reads; want %v after %d", presented, got, err, v.asked, want, asked)
		}
	}
	want("one", true, 1)
	want("", false, 1)
	want("two", false, 1) // guessing does not make it read again and again
	want("one", true, 1)
	v.text = `{"current":"two","previous":"one"}`
	now = now.Add(11 * time.Second)
	want("one", true, 1)
	want("two", true, 2) // the front door is ahead
	want("one", true, 2)
	v.text = `{"current":"two","previous":""}`
	now = now.Add(6 * time.Minute)
	want("one", false, 3)
	v.err = errors.New("away")
	now = now.Add(6 * time.Minute)
	want("two", true, 4) // what was good stays good while nobody can say otherwise
	if ok, err := o.Admits(t.Context(), "three"); ok || err == nil {
		t.Fatalf("a stranger while nobody can say: %v, %v", ok, err)
	}
}

func TestASecretOfAnotherFormAdmitsNobody(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `one`, `{}`, `{"current":""}`, `{"current":"","previous":""}`} {
		o := secretsmanager.NewOrigin(&vault{text: text}, "arn", time.Now)
		if ok, err := o.Admits(t.Context(), ""); ok || err == nil {
			t.Errorf("%q: %v, %v", text, ok, err)
		}
	}
}

func TestTheSigningKey(t *testing.T) {
	t.Parallel()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := sdk.NewFromConfig(dynamotest.Config(t))
	name := "signing-" + id.New().String()
	text := base64.StdEncoding.EncodeToString(private)
	if _, err := client.CreateSecret(t.Context(), &sdk.CreateSecretInput{Name: &name, SecretString: &text}); err != nil {
		t.Fatal(err)
	}
	got, err := secretsmanager.SigningKey(t.Context(), client, name)
	if err != nil || !got.Equal(private) {
		t.Fatalf("got another key, %v", err)
	}
	if _, err := secretsmanager.SigningKey(t.Context(), client, name+"x"); err == nil {
		t.Fatal("a key that is not there")
	}
	for _, bad := range []string{"", "x", base64.StdEncoding.EncodeToString(private[:32])} {
		if _, err := secretsmanager.SigningKey(t.Context(), &vault{text: bad}, "arn"); err == nil {
			t.Errorf("%q was taken for a key", bad)
		}
	}
}
