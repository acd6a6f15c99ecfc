package environment

import (
	"crypto/ed25519"
	"encoding/base64"
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
		"DELTA_INTERVAL_MS": "50", "SEND_BUDGET_PER_SECOND": "7", "STARTING_TOKENS": "1000000", "REALTIME_TABLE": "realtime",
	}
}

func TestAWholeEnvironment(t *testing.T) {
	t.Parallel()
	c, err := Load(getenv(whole()), Postgres, Verify, Table, Redis)
	if err != nil {
		t.Fatal(err)
	}
	if c.Stage != "local" || c.DatabaseIAM || !c.DatabaseProxy || c.DeltaInterval != 50*time.Millisecond || c.CheckpointPeriod != time.Second ||
		c.SendBudget != 7 || c.StartingTokens != 1_000_000 || c.RedisURL != "" || len(c.JWTPublicKeys) != 1 || len(c.JWTPublicKeys[0]) != ed25519.PublicKeySize {
		t.Fatalf("got %+v", c)
	}
}

func TestEverythingThatIsWrongIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	values := whole()
	delete(values, "YORIAI_STAGE")
	values["DATABASE_IAM"], values["DELTA_INTERVAL_MS"], values["SEND_BUDGET_PER_SECOND"], values["JWT_PUBLIC_KEY"] = "yes", "fast", "-1", "x"
	_, err := Load(getenv(values), Postgres, Verify, Gateway, FanOut, AIReplies, AIWatchdog, SigningKey, Connections, WebSocketURL, Need("luck"))
	if err == nil {
		t.Fatal("nothing was wrong")
	}
	for _, name := range []string{
		"YORIAI_STAGE", "DATABASE_IAM", "DELTA_INTERVAL_MS", "SEND_BUDGET_PER_SECOND", "JWT_PUBLIC_KEY", "GATEWAY_GRPC_ADDR", "FAN_OUT_QUEUE_URL",
		"AI_REPLIES_QUEUE_URL", "AI_WATCHDOG_QUEUE_URL", "JWT_PRIVATE_KEY_SECRET_ARN", "WEBSOCKET_CALLBACK_URL", "WEBSOCKET_PUBLIC_URL", "luck",
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
		c, err := Load(getenv(values), Verify)
		if len(c.JWTPublicKeys) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d keys, %v", text, len(c.JWTPublicKeys), err)
		}
		if want == 2 && (c.JWTPublicKeys[0][0] != 0 || c.JWTPublicKeys[1][0] != 2) {
			t.Errorf("%q: %v", text, c.JWTPublicKeys)
		}
	}
}
