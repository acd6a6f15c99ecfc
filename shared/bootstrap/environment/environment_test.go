package environment

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

func getenv(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func whole() map[string]string {
	return map[string]string{
		"YORIAI_STAGE": "local", "YORIAI_VERSION": "abc", "PUBLIC_ORIGIN": "http://localhost:8080", "DATABASE_URL": "postgres://x", "DATABASE_IAM": "false", "DATABASE_PROXY": "true",
		"JWT_PUBLIC_KEY": base64.StdEncoding.EncodeToString(make([]byte, ed25519.PublicKeySize)), "ORIGIN_SECRET_ARN": "arn",
		"DELTA_INTERVAL_MS": "50", "SEND_BUDGET_PER_SECOND": "7", "STARTING_TOKENS": "1000000", "UNPROVED_TOKENS": "5000", "FREE_TOKENS_PER_DAY": "7000", "RETENTION_MAX_DAYS": "365", "REALTIME_TABLE": "realtime",
		"QUEUE_URL_FAN_OUT": "http://queue",
	}
}

func TestAWholeEnvironment(t *testing.T) {
	t.Parallel()
	c, err := load(getenv(whole()), Function{Guarded: true, Needs: []Need{Postgres, Table, Redis}, Queues: []string{"fan-out"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Stage != "local" || c.DatabaseIAM || !c.DatabaseProxy || c.DeltaInterval != 50*time.Millisecond || c.CheckpointPeriod != time.Second ||
		c.SendBudget != 7 || c.StartingTokens != 1_000_000 || c.UnprovedTokens != 5000 || c.FreeTokensPerDay != 7000 || c.RetentionDays != 365 || c.RedisURL != "" || c.QueueURLs["fan-out"] != "http://queue" || len(c.JWTPublicKeys) != 1 || len(c.JWTPublicKeys[0]) != ed25519.PublicKeySize {
		t.Fatalf("got %+v", c)
	}
}

func TestEverythingThatIsWrongIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	values := whole()
	delete(values, "YORIAI_STAGE")
	values["DATABASE_IAM"], values["DELTA_INTERVAL_MS"], values["SEND_BUDGET_PER_SECOND"], values["JWT_PUBLIC_KEY"] = "yes", "fast", "-1", "x"
	values["RETENTION_MAX_DAYS"] = "29"
	_, err := load(getenv(values), Function{Guarded: true, Needs: []Need{Postgres, Gateway, SigningKey, Connections, WebSocketURL, "luck"},
		Queues: []string{"ai-replies", "ai-watchdog"}})
	if err == nil {
		t.Fatal("nothing was wrong")
	}
	for _, name := range []string{
		"YORIAI_STAGE", "DATABASE_IAM", "DELTA_INTERVAL_MS", "SEND_BUDGET_PER_SECOND", "JWT_PUBLIC_KEY", "GATEWAY_GRPC_ADDR",
		"QUEUE_URL_AI_REPLIES", "QUEUE_URL_AI_WATCHDOG", "JWT_PRIVATE_KEY_SECRET_ARN", "WEBSOCKET_CALLBACK_URL", "WEBSOCKET_PUBLIC_URL", "RETENTION_MAX_DAYS", "luck",
	} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "REALTIME_TABLE") || strings.Contains(err.Error(), "PUBLIC_ORIGIN") {
		t.Errorf("what is right, or not needed, is named: %v", err)
	}
}

// While the signing key changes, tokens of the old and of the new one are good.
func TestSeveralPublicKeys(t *testing.T) {
	t.Parallel()
	one, two := make([]byte, ed25519.PublicKeySize), make([]byte, ed25519.PublicKeySize)
	two[0] = 2
	first, second := base64.StdEncoding.EncodeToString(one), base64.StdEncoding.EncodeToString(two)
	for text, want := range map[string]int{first: 1, first + "," + second: 2, first + ", " + second: 2, first + ",": 0, first + ",x": 0, ",": 0} {
		values := whole()
		values["JWT_PUBLIC_KEY"] = text
		c, err := load(getenv(values), Function{Kind: HTTP, Guarded: true})
		if len(c.JWTPublicKeys) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d keys, %v", text, len(c.JWTPublicKeys), err)
		}
		if want == 2 && (c.JWTPublicKeys[0][0] != 0 || c.JWTPublicKeys[1][0] != 2) {
			t.Errorf("%q: %v", text, c.JWTPublicKeys)
		}
	}
}

func TestAFunctionThatNoContractNamesIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := New(t.Context(), "luck", getenv(whole())); err == nil || !strings.Contains(err.Error(), `"luck"`) {
		t.Fatal(err)
	}
}

func TestWhatFailsWhileBuildingIsKept(t *testing.T) {
	t.Parallel()
	e := &Environment{}
	e.Fail(nil)
	if e.Err() != nil {
		t.Fatal(e.Err())
	}
	e.Fail(errors.New("first"))
	e.Fail(errors.New("second"))
	if text := e.Err().Error(); !strings.Contains(text, "first") || !strings.Contains(text, "second") {
		t.Fatal(text)
	}
}

// Who posts to many sockets draws on one budget, which only Redis can hold for all of a stage.
func TestConsumersThatPushShareTheSendBudget(t *testing.T) {
	t.Parallel()
	pushing := 0
	for name, f := range functions {
		if f.Kind != Queue || !f.Has(Connections) {
			continue
		}
		pushing++
		if !f.Has(Redis) {
			t.Errorf("%s has a budget of its own in each environment", name)
		}
	}
	if pushing < 2 {
		t.Errorf("%d consumers push: fan-out and ai-replies should", pushing)
	}
}
