// Package environment is what a Lambda is told by the contracts (the generated table of functions) and by its environment:
// typed, and checked at start. It also makes the clients that every kind of function shares; it knows no database driver, so
// that socket functions can use it.
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

	"github.com/yoriai/yoriai/shared/domain/room"
)

// Config is a function's environment. What the function does not need is zero.
type Config struct {
	Stage        string
	Version      string
	PublicOrigin string

	// JWTPublicKeys are one, or several while the signing key changes.
	JWTPublicKeys   []ed25519.PublicKey
	OriginSecretARN string

	DatabaseURL   string
	DatabaseIAM   bool
	DatabaseProxy bool
	RedisURL      string
	GatewayAddr   string
	// AllowedModels is what the stage lets people ask, UnknownModels whether that may be models of which nothing is known.
	AllowedModels room.ModelList
	UnknownModels bool
	RealtimeTable string
	// QueueURLs are the addresses of the queues that the function sends to, and of the one that it empties.
	QueueURLs     map[string]string
	SigningKeyARN string
	// StripeURL is empty for Stripe's own address.
	StripeSecretARN string
	StripeURL       string
	CallbackURL     string
	WebSocketURL    string
	// StateMachines is what every state machine's address begins with.
	StateMachines string
	// ExportsBucket keeps the files that people take along.
	ExportsBucket string
	AWSEndpoint   string
	SendBudget    int
	// LimitFactor is how many times as generous as usual the stage is to each caller.
	LimitFactor    int
	StartingTokens int64
	// RetentionDays is for how long rooms may keep their messages; zero is for ever.
	RetentionDays int
	// UnprovedTokens are what an account gets until its address is proved, FreeTokensPerDay bounds what all of them get; zero: no bound.
	UnprovedTokens   int64
	FreeTokensPerDay int64
	DeltaInterval    time.Duration
	CheckpointPeriod time.Duration
}

// load reads the environment of a function. It names everything that is missing or wrong at once.
func load(getenv func(string) string, f Function) (Config, error) {
	r := reader{getenv: getenv}
	c := Config{
		Stage: r.required("YORIAI_STAGE"), Version: r.required("YORIAI_VERSION"),
		RedisURL: getenv("REDIS_URL"), AWSEndpoint: getenv("AWS_ENDPOINT_URL"), CallbackURL: getenv("WEBSOCKET_CALLBACK_URL"),
		SendBudget: int(r.number("SEND_BUDGET_PER_SECOND", 2000)), LimitFactor: int(r.number("LIMIT_FACTOR", 1)), StartingTokens: r.number("STARTING_TOKENS", 0),
		RetentionDays:  r.retention("RETENTION_MAX_DAYS"),
		UnprovedTokens: r.number("UNPROVED_TOKENS", 0), FreeTokensPerDay: r.number("FREE_TOKENS_PER_DAY", 0),
		DeltaInterval:    r.milliseconds("DELTA_INTERVAL_MS", 200*time.Millisecond),
		CheckpointPeriod: r.milliseconds("CHECKPOINT_INTERVAL_MS", time.Second), QueueURLs: map[string]string{},
	}
	for _, need := range f.Needs {
		r.read(&c, need)
	}
	for _, queue := range f.Queues {
		c.QueueURLs[queue] = r.required("QUEUE_URL_" + strings.ToUpper(strings.ReplaceAll(queue, "-", "_")))
	}
	if f.Guarded {
		c.PublicOrigin = r.required("PUBLIC_ORIGIN")
		c.JWTPublicKeys = r.publicKeys("JWT_PUBLIC_KEY")
		c.OriginSecretARN = r.required("ORIGIN_SECRET_ARN")
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
		c.AllowedModels = r.models("ALLOWED_MODELS")
		c.UnknownModels = r.getenv("ALLOW_UNKNOWN_MODELS") != "" && r.boolean("ALLOW_UNKNOWN_MODELS")
	case Table:
		c.RealtimeTable = r.required("REALTIME_TABLE")
	case SigningKey:
		c.SigningKeyARN = r.required("JWT_PRIVATE_KEY_SECRET_ARN")
	case Stripe:
		c.StripeSecretARN, c.StripeURL = r.required("STRIPE_SECRET_ARN"), r.getenv("STRIPE_URL")
	case Internet: // a place, and nothing to be told
	case Connections:
		c.CallbackURL = r.required("WEBSOCKET_CALLBACK_URL")
	case Machines:
		c.StateMachines = r.required("STATE_MACHINES")
	case Exports:
		c.ExportsBucket = r.required("EXPORTS_BUCKET")
	case WebSocketURL:
		c.WebSocketURL = r.required("WEBSOCKET_PUBLIC_URL")
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

// models reads a list that commas separate; unset allows all.
func (r *reader) models(name string) room.ModelList {
	list, err := room.NewModelList(strings.FieldsFunc(r.getenv(name), func(c rune) bool { return c == ',' || c == ' ' }))
	if err != nil {
		r.wrong = append(r.wrong, fmt.Errorf("%s: %w", name, err))
	}
	return list
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

// retention is for how many days rooms may keep their messages at most; unset is for ever.
func (r *reader) retention(name string) int {
	days := int(r.number(name, 0))
	if err := room.CheckRetention(days, 0); err != nil {
		r.wrong = append(r.wrong, fmt.Errorf("%s: %w", name, err))
	}
	return days
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
