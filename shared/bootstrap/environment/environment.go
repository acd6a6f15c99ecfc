// Package environment is what a Lambda is told by its environment: typed, and checked at start. It also makes the clients
// that every kind of function shares; it knows no database driver, so that socket functions can use it.
package environment

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Need is something that a function must reach, as in the contract's x-lambda.
type Need string

// The needs.
const (
	Postgres     Need = "postgres"
	Redis        Need = "redis"
	Gateway      Need = "gateway"
	Table        Need = "table"
	FanOut       Need = "fan-out"
	AIReplies    Need = "ai-replies"
	AIWatchdog   Need = "ai-watchdog"
	SigningKey   Need = "signing-key"
	Connections  Need = "connections"
	WebSocketURL Need = "websocket-url"
	// Verify is what proves a request: this stage's origin, the public key and the front door's secret. Every HTTP function
	// and $connect have it without asking.
	Verify Need = "verify"
)

// Config is a function's environment. What the function does not need is zero.
type Config struct {
	Stage        string
	Version      string
	PublicOrigin string

	// JWTPublicKeys are one, or several while the signing key changes.
	JWTPublicKeys   []ed25519.PublicKey
	OriginSecretARN string

	DatabaseURL      string
	DatabaseIAM      bool
	DatabaseProxy    bool
	RedisURL         string
	GatewayAddr      string
	RealtimeTable    string
	FanOutQueueURL   string
	AIRepliesURL     string
	AIWatchdogURL    string
	SigningKeyARN    string
	CallbackURL      string
	WebSocketURL     string
	AWSEndpoint      string
	SendBudget       int
	StartingTokens   int64
	DeltaInterval    time.Duration
	CheckpointPeriod time.Duration
}

// Load reads the environment. It names everything that is missing or wrong at once.
func Load(getenv func(string) string, needs ...Need) (Config, error) {
	r := reader{getenv: getenv}
	c := Config{
		Stage: r.required("YORIAI_STAGE"), Version: r.required("YORIAI_VERSION"),
		RedisURL: getenv("REDIS_URL"), AWSEndpoint: getenv("AWS_ENDPOINT_URL"), CallbackURL: getenv("WEBSOCKET_CALLBACK_URL"),
		SendBudget: int(r.number("SEND_BUDGET_PER_SECOND", 2000)), StartingTokens: r.number("STARTING_TOKENS", 0),
		DeltaInterval:    r.milliseconds("DELTA_INTERVAL_MS", 200*time.Millisecond),
		CheckpointPeriod: r.milliseconds("CHECKPOINT_INTERVAL_MS", time.Second),
	}
	for _, need := range needs {
		r.read(&c, need)
	}
	return c, errors.Join(r.wrong...)
}

type reader struct {
	getenv func(string) string
	wrong  []error
}

func (r *reader) read(c *Config, need Need) {
	switch need {
	case Postgres:
		c.DatabaseURL = r.required("DATABASE_URL")
		c.DatabaseIAM = r.boolean("DATABASE_IAM")
		c.DatabaseProxy = r.boolean("DATABASE_PROXY")
	case Redis: // a stage may have none
	case Gateway:
		c.GatewayAddr = r.required("GATEWAY_GRPC_ADDR")
	case Table:
		c.RealtimeTable = r.required("REALTIME_TABLE")
	case FanOut:
		c.FanOutQueueURL = r.required("FAN_OUT_QUEUE_URL")
	case AIReplies:
		c.AIRepliesURL = r.required("AI_REPLIES_QUEUE_URL")
	case AIWatchdog:
		c.AIWatchdogURL = r.required("AI_WATCHDOG_QUEUE_URL")
	case SigningKey:
		c.SigningKeyARN = r.required("JWT_PRIVATE_KEY_SECRET_ARN")
	case Connections:
		c.CallbackURL = r.required("WEBSOCKET_CALLBACK_URL")
	case WebSocketURL:
		c.WebSocketURL = r.required("WEBSOCKET_PUBLIC_URL")
	case Verify:
		c.PublicOrigin = r.required("PUBLIC_ORIGIN")
		c.JWTPublicKeys = r.publicKeys("JWT_PUBLIC_KEY")
		c.OriginSecretARN = r.required("ORIGIN_SECRET_ARN")
	default:
		r.wrong = append(r.wrong, fmt.Errorf("there is no need %q", need))
	}
}

func (r *reader) required(name string) string {
	v := strings.TrimSpace(r.getenv(name))
	if v == "" {
		r.wrong = append(r.wrong, fmt.Errorf("%s is not set", name))
	}
	return v
}

func (r *reader) boolean(name string) bool {
	v := r.required(name)
	if v != "" && !slices.Contains([]string{"true", "false"}, v) {
		r.wrong = append(r.wrong, fmt.Errorf("%s is neither true nor false", name))
	}
	return v == "true"
}

func (r *reader) number(name string, unset int64) int64 {
	text := r.getenv(name)
	if text == "" {
		return unset
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < 0 {
		r.wrong = append(r.wrong, fmt.Errorf("%s is no whole number", name))
	}
	return v
}

func (r *reader) milliseconds(name string, unset time.Duration) time.Duration {
	return time.Duration(r.number(name, unset.Milliseconds())) * time.Millisecond
}

// publicKeys reads one key or several with commas between.
func (r *reader) publicKeys(name string) (keys []ed25519.PublicKey) {
	all := r.required(name)
	for text := range strings.SplitSeq(all, ",") {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if all != "" && (err != nil || len(key) != ed25519.PublicKeySize) {
			r.wrong = append(r.wrong, fmt.Errorf("%s is not 32 bytes in base64, or several of that with commas between", name))
			return nil
		}
		keys = append(keys, key)
	}
	return keys
}
