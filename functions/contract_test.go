// Package functions_test runs the functions' own binaries, as they are deployed.
package functions_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	secretssdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secretstypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/adapter/simplejwt"
	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

const frontDoor = "the front door's secret"

// stage is what the functions are told, and the keys to it.
type stage struct {
	environ []string
	key     ed25519.PrivateKey
	alive   user.Caller
	ended   user.Caller
}

func newStage(t *testing.T) stage {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	table, database := dynamotest.New(t), pgtest.URL(t)
	s := stage{key: private, alive: person(), ended: person()}
	s.remember(t, database, table)
	s.environ = []string{
		"YORIAI_STAGE=test", "YORIAI_VERSION=test", "PUBLIC_ORIGIN=http://localhost:8080", "DATABASE_URL=" + database, "DATABASE_IAM=false", "DATABASE_PROXY=false",
		"REALTIME_TABLE=" + table.Name, "JWT_PUBLIC_KEY=" + base64.StdEncoding.EncodeToString(public),
		"ORIGIN_SECRET_ARN=" + secret(t, `{"current":"`+frontDoor+`","previous":""}`),
		"JWT_PRIVATE_KEY_SECRET_ARN=" + secret(t, base64.StdEncoding.EncodeToString(private)),
		"REDIS_URL=" + os.Getenv("TEST_REDIS_URL"), "GATEWAY_GRPC_ADDR=127.0.0.1:1",
		"QUEUE_URL_FAN_OUT=http://127.0.0.1:1/fan-out", "QUEUE_URL_AI_REPLIES=http://127.0.0.1:1/ai-replies", "QUEUE_URL_AI_WATCHDOG=http://127.0.0.1:1/ai-watchdog",
		"QUEUE_URL_JOBS=http://127.0.0.1:1/jobs", "QUEUE_URL_JOBS_DEAD=http://127.0.0.1:1/x", "EXPORTS_BUCKET=exports", "STATE_MACHINES=arn:aws:states:us-east-1:000000000000:stateMachine:yoriai-test-",
		"QUEUE_URL_FAN_OUT_DEAD=http://127.0.0.1:1/x", "QUEUE_URL_AI_REPLIES_DEAD=http://127.0.0.1:1/x", "QUEUE_URL_AI_WATCHDOG_DEAD=http://127.0.0.1:1/x",
		"STRIPE_SECRET_ARN=" + secret(t, `{"api_key":"","webhook_secrets":[]}`), "QUEUE_URL_PAYMENTS=http://127.0.0.1:1/payments", "QUEUE_URL_STRIPE_COMMANDS=http://127.0.0.1:1/x",
		"WEBSOCKET_CALLBACK_URL=http://127.0.0.1:1/ws", "WEBSOCKET_PUBLIC_URL=ws://localhost:8080/ws",
		"AWS_ENDPOINT_URL=" + os.Getenv(dynamotest.Variable), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
	}
	return s
}

func person() user.Caller {
	return user.Caller{UserID: id.New(), SessionID: id.New(), Username: "p" + strings.ReplaceAll(id.New().String(), "-", "")[:20], DisplayName: "P"}
}

// remember makes both people and their sessions; one session has ended.
func (s stage) remember(t *testing.T, database string, table dynamodb.Table) {
	t.Helper()
	pool, err := postgres.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	now := time.Now()
	for n, p := range []user.Caller{s.alive, s.ended} {
		u := user.User{ID: p.UserID, Username: p.Username, Email: "a@example.org", DisplayName: "P", Locale: user.English, CreatedAt: now}
		if err := (postgres.Accounts{Pool: pool}).Register(t.Context(), u, ""); err != nil {
			t.Fatal(err)
		}
		session := user.Session{ID: p.SessionID, UserID: p.UserID, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
		if err := (postgres.Sessions{Pool: pool}).Open(t.Context(), session, user.TokenHash{byte(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := (postgres.Sessions{Pool: pool}).Revoke(t.Context(), s.ended.SessionID, now); err != nil {
		t.Fatal(err)
	}
	if err := (dynamodb.Denials{Table: table}).Deny(t.Context(), s.ended.SessionID); err != nil {
		t.Fatal(err)
	}
}

func secret(t *testing.T, text string) string {
	t.Helper()
	client, name := secretssdk.NewFromConfig(dynamotest.Config(t)), "test-"+id.New().String()
	// The client asks again when an answer is lost, and the local AWS does not know that it is the same request: the name is ours alone.
	var there *secretstypes.ResourceExistsException
	if _, err := client.CreateSecret(t.Context(), &secretssdk.CreateSecretInput{Name: &name, SecretString: &text}); err != nil && !errors.As(err, &there) {
		t.Fatal(err)
	}
	out, err := client.DescribeSecret(t.Context(), &secretssdk.DescribeSecretInput{SecretId: &name})
	if err != nil {
		t.Fatal(err)
	}
	return *out.ARN
}

// tokens are the access tokens that must not open anything, by what is wrong with them, and the code that says so.
func (s stage) tokens(t *testing.T) map[string][2]string {
	t.Helper()
	sign := func(c user.Caller, at time.Time) string {
		t.Helper()
		token, err := simplejwt.NewSigner(s.key, func() time.Time { return at }).Sign(c)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good := sign(s.alive, time.Now())
	header, rest, _ := strings.Cut(good, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	claims, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	forged := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), s.alive.UserID.String(), s.ended.UserID.String(), 1)))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	return map[string][2]string{
		"none":     {"", "unauthenticated"},
		"expired":  {sign(s.alive, time.Now().Add(-user.AccessLifetime)), "token_expired"},
		"tampered": {header + "." + forged + "." + signature, "unauthenticated"},
		"alg none": {none + "." + payload + ".", "unauthenticated"},
		"ended":    {sign(s.ended, time.Now()), "unauthenticated"},
		"good":     {good, ""},
	}
}

var parameter = regexp.MustCompile(`\{\w+\}`)

func TestNobodyGetsInWithoutAValidToken(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	tokens, operations := s.tokens(t), apitest.Operations(t)
	if len(operations) < 20 {
		t.Fatalf("only %d operations were tried", len(operations))
	}
	slots := make(chan struct{}, 4)
	for name, operation := range operations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			f := start(t, name, s.environ)
			path := parameter.ReplaceAllLiteralString(operation.Path, id.New().String())
			want := func(what string, answer events.APIGatewayV2HTTPResponse, status int, code string) {
				t.Helper()
				apitest.CheckResponse(t, name, answer.StatusCode, []byte(answer.Body))
				if answer.StatusCode != status || codeOf(answer) != code {
					t.Errorf("%s: got %d %s, want %d %s", what, answer.StatusCode, answer.Body, status, code)
				}
			}
			past, refused, code := "past the front door", 403, "forbidden"
			if name == "health" { // it touches no dependency, so not even the secret is read for it
				refused, code = 200, ""
			}
			want(past, f.http(operation.Method, path, map[string]string{"authorization": "Bearer " + tokens["good"][0]}), refused, code)
			for what, token := range tokens {
				headers := map[string]string{"x-yoriai-origin-secret": frontDoor}
				cookie := map[string]string{"x-yoriai-origin-secret": frontDoor, "cookie": "yoriai_session=" + token[0], "x-yoriai-csrf": "1", "origin": "http://localhost:8080"}
				if token[0] != "" {
					headers["authorization"] = "Bearer " + token[0]
				}
				if operation.Open {
					continue
				}
				for kind, h := range map[string]map[string]string{"Bearer": headers, "cookie": cookie} {
					answer := f.http(operation.Method, path, h)
					if what != "good" {
						want(what+" by "+kind, answer, 401, token[1])
					} else if answer.StatusCode == 401 || answer.StatusCode == 403 || answer.StatusCode == 500 {
						t.Errorf("a good token by %s: got %d %s", kind, answer.StatusCode, answer.Body)
					}
				}
			}
			calls := 1
			if !operation.Open {
				calls += 2 * len(tokens)
			}
			f.wantLines(`"request_id"`, calls)
			for what, token := range tokens {
				if token[0] != "" && strings.Contains(f.output.String(), token[0]) {
					t.Errorf("the log holds the token: %s", what)
				}
			}
		})
	}
}

func codeOf(a events.APIGatewayV2HTTPResponse) string {
	var problem struct{ Code string }
	if err := json.Unmarshal([]byte(a.Body), &problem); err != nil {
		return ""
	}
	return problem.Code
}

func TestWhatIsOpenToEverybody(t *testing.T) {
	t.Parallel()
	var open []string
	for name, operation := range apitest.Operations(t) {
		if operation.Open {
			open = append(open, name)
		}
	}
	slices.Sort(open)
	if want := []string{"health", "logIn", "logOut", "refreshSession", "registerUser", "stripeWebhook"}; !slices.Equal(open, want) {
		t.Fatalf("open are %v, want %v", open, want)
	}
}

// What a function is not given must end it at its start, in words, not at its first request.
func TestAFunctionSaysWhatItsEnvironmentLacks(t *testing.T) {
	t.Parallel()
	for name, missing := range map[string][]string{
		"logIn":     {"YORIAI_STAGE", "PUBLIC_ORIGIN", "DATABASE_URL", "JWT_PUBLIC_KEY", "ORIGIN_SECRET_ARN", "JWT_PRIVATE_KEY_SECRET_ARN"},
		"heartbeat": {"YORIAI_STAGE", "REALTIME_TABLE", "WEBSOCKET_CALLBACK_URL"},
		"fan-out":   {"YORIAI_STAGE", "DATABASE_URL", "QUEUE_URL_FAN_OUT"},
		"sweep":     {"DATABASE_URL", "REALTIME_TABLE", "QUEUE_URL_AI_WATCHDOG"},
		"migrate":   {"DATABASE_URL"},
	} {
		f := start(t, name, nil)
		select {
		case failure := <-f.failed:
			for _, variable := range missing {
				if !strings.Contains(failure, variable+" is not set") {
					t.Errorf("%s does not name %s: %s", name, variable, failure)
				}
			}
		case <-time.After(20 * time.Second):
			t.Errorf("%s runs without its environment", name)
		}
	}
}

// One person cannot take the product from the others: the deployed function itself says 429, and when to come again.
func TestWhoSendsWithoutEndIsToldToWait(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	f, token := start(t, "sendMessage", s.environ), s.tokens(t)["good"][0]
	path := "/rooms/" + id.New().String() + "/messages"
	for range 200 {
		answer := f.http("POST", path, map[string]string{"x-yoriai-origin-secret": frontDoor, "authorization": "Bearer " + token})
		apitest.CheckResponse(t, "sendMessage", answer.StatusCode, []byte(answer.Body))
		if answer.StatusCode != 429 {
			continue
		}
		if codeOf(answer) != "rate_limited" || answer.Headers["Retry-After"] == "" && len(answer.MultiValueHeaders["Retry-After"]) == 0 {
			t.Errorf("%+v", answer)
		}
		return
	}
	t.Error("200 calls, and never 429")
}
