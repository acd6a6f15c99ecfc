package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secretstypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/yoriai/yoriai/stacks/stage"
)

// account is an AWS account with nothing but secrets and parameters in it. A
// secret's version has its own text for an id.
type account struct {
	secrets, parameters map[string]string
	// labels are the versions of a secret that are not current.
	labels map[string]map[string]string
}

func (a account) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	name := aws.ToString(in.SecretId)
	text, there := a.secrets[name]
	if label := aws.ToString(in.VersionStage); label != current {
		text, there = a.labels[name][label]
	}
	if !there {
		return nil, &secretstypes.ResourceNotFoundException{}
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: &text, VersionId: &text}, nil
}

func (a account) CreateSecret(_ context.Context, in *secretsmanager.CreateSecretInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.CreateSecretOutput, error) {
	if _, there := a.secrets[aws.ToString(in.Name)]; there {
		return nil, &secretstypes.ResourceExistsException{}
	}
	a.secrets[aws.ToString(in.Name)] = aws.ToString(in.SecretString)
	return &secretsmanager.CreateSecretOutput{}, nil
}

func (a account) PutSecretValue(_ context.Context, in *secretsmanager.PutSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	name := aws.ToString(in.SecretId)
	if len(in.VersionStages) == 0 {
		a.secrets[name] = aws.ToString(in.SecretString)
	}
	for _, label := range in.VersionStages {
		a.set(name, label, aws.ToString(in.SecretString))
	}
	return &secretsmanager.PutSecretValueOutput{}, nil
}

func (a account) set(name, label, text string) {
	if a.labels[name] == nil {
		a.labels[name] = map[string]string{}
	}
	a.labels[name][label] = text
}

func (a account) UpdateSecretVersionStage(_ context.Context, in *secretsmanager.UpdateSecretVersionStageInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error) {
	name, label := aws.ToString(in.SecretId), aws.ToString(in.VersionStage)
	from, to := aws.ToString(in.RemoveFromVersionId), aws.ToString(in.MoveToVersionId)
	switch {
	case label == current && a.secrets[name] == from && to != "":
		a.set(name, previous, from)
		a.secrets[name] = to
	case label != current && a.labels[name][label] == from && to == "":
		delete(a.labels[name], label)
	default:
		return nil, &secretstypes.InvalidParameterException{}
	}
	return &secretsmanager.UpdateSecretVersionStageOutput{}, nil
}

func (a account) PutParameter(_ context.Context, in *ssm.PutParameterInput, _ ...func(*ssm.Options)) (*ssm.PutParameterOutput, error) {
	a.parameters[aws.ToString(in.Name)] = aws.ToString(in.Value)
	return &ssm.PutParameterOutput{}, nil
}

func (a account) GetParameter(_ context.Context, in *ssm.GetParameterInput, _ ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	value, there := a.parameters[aws.ToString(in.Name)]
	if !there {
		return nil, &ssmtypes.ParameterNotFound{}
	}
	return &ssm.GetParameterOutput{Parameter: &ssmtypes.Parameter{Value: &value}}, nil
}

// Forgetting the region at the second deployment must not make a second stage.
func TestAStageLivesInOneRegion(t *testing.T) {
	t.Parallel()
	a, k := open(t, stage.Dev)
	if err := absent(t.Context(), k.stage, a, "ap-northeast-1"); err != nil {
		t.Errorf("nothing is there: %v", err)
	}
	if err := k.ensureAll(t.Context(), false, ""); err != nil {
		t.Fatal(err)
	}
	if err := absent(t.Context(), k.stage, a, "ap-northeast-1"); err == nil || !strings.Contains(err.Error(), "REGION=ap-northeast-1") {
		t.Errorf("%v", err)
	}
}

func TestTheRegionIsSaidOrTheStagesOwn(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{"": "us-east-1", "ap-northeast-1": "ap-northeast-1", "mars-1": ""} {
		s, err := find("dev", region)
		if (err == nil) != (want != "") || (err == nil && s.Region != want) {
			t.Errorf("%q: %s, %v", region, s.Region, err)
		}
	}
}

func open(t *testing.T, name stage.Name) (account, keys) {
	t.Helper()
	s, err := stage.Find(string(name), func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	a := account{secrets: map[string]string{}, parameters: map[string]string{}, labels: map[string]map[string]string{}}
	return a, keys{stage: s, secrets: a, parameters: a}
}

func TestTheKeysOfASignatureBelongTogether(t *testing.T) {
	t.Parallel()
	a, k := open(t, stage.Local)
	if err := k.ensureAll(t.Context(), false, stay); err != nil {
		t.Fatal(err)
	}
	private, err := base64.StdEncoding.DecodeString(a.secrets["yoriai/local/jwt-signing-key"])
	if err != nil || len(private) != ed25519.PrivateKeySize {
		t.Fatalf("a private key of %d bytes: %v", len(private), err)
	}
	public, err := base64.StdEncoding.DecodeString(a.parameters["/yoriai/local/jwt-public-key"])
	if err != nil || len(public) != ed25519.PublicKeySize {
		t.Fatalf("a public key of %d bytes: %v", len(public), err)
	}
	if !ed25519.Verify(public, []byte("token"), ed25519.Sign(private, []byte("token"))) {
		t.Error("the public key does not check what the private one signs")
	}
}

func TestWhatIsThereStays(t *testing.T) {
	t.Parallel()
	for _, name := range []stage.Name{stage.Local, stage.Dev} {
		a, k := open(t, name)
		if err := k.ensureAll(t.Context(), false, stay); err != nil {
			t.Fatal(err)
		}
		before := account{secrets: maps.Clone(a.secrets), parameters: maps.Clone(a.parameters)}
		if err := k.ensureAll(t.Context(), false, stay); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(before.secrets, a.secrets) || !maps.Equal(before.parameters, a.parameters) {
			t.Errorf("%s: the second run changed something", name)
		}
		if _, there := a.secrets[k.stage.Secret("providers")]; there != (name == stage.Dev) {
			t.Errorf("%s: the providers' keys are kept: %v", name, there)
		}
	}
}

// The edge goes on sending the old secret until it is deployed: both are valid.
func TestRotationKeepsTheSecretInUse(t *testing.T) {
	t.Parallel()
	a, k := open(t, stage.Dev)
	if err := k.ensureAll(t.Context(), false, stay); err != nil {
		t.Fatal(err)
	}
	var first, second origin
	if err := json.Unmarshal([]byte(a.secrets["yoriai/dev/origin"]), &first); err != nil || len(first.Current) != 64 || first.Previous != "" {
		t.Fatalf("%+v %v", first, err)
	}
	if err := k.ensureAll(t.Context(), true, stay); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(a.secrets["yoriai/dev/origin"]), &second); err != nil {
		t.Fatal(err)
	}
	if second.Previous != first.Current || second.Current == first.Current || len(second.Current) != 64 {
		t.Errorf("%+v became %+v", first, second)
	}
}

func TestABrokenSigningKeyIsNotOverwritten(t *testing.T) {
	t.Parallel()
	a, k := open(t, stage.Prod)
	a.secrets["yoriai/prod/jwt-signing-key"] = "c2hvcnQ="
	if err := k.ensureAll(t.Context(), false, stay); err == nil {
		t.Error("a key of five bytes was accepted")
	}
	if a.secrets["yoriai/prod/jwt-signing-key"] != "c2hvcnQ=" || len(a.parameters) > 0 {
		t.Errorf("%v %v", a.secrets, a.parameters)
	}
}
