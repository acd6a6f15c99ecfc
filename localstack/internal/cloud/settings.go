// Package cloud is the local cloud as a whole: what it consists of, how it comes up, and how it is kept up.
package cloud

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/yoriai/yoriai/localstack/internal/build"
	"github.com/yoriai/yoriai/localstack/internal/dotenv"
	"github.com/yoriai/yoriai/localstack/internal/endpoints"
	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/ministack"
	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/postgres"
	"github.com/yoriai/yoriai/localstack/internal/redis"
)

// Settings is what a user may choose.
type Settings struct {
	Layout layout.Layout
	Ports  ports.Set
	// OwnAWS is the endpoint of a LocalStack that the user runs; empty means MiniStack.
	OwnAWS string
	// Scripted adds the provider that answers by magic words.
	Scripted bool
	// Keys are the assignments of .env, then of the environment.
	Keys []string
}

// FromEnvironment reads the settings.
func FromEnvironment(l layout.Layout) (Settings, error) {
	chosen, err := ports.FromEnvironment()
	if err != nil {
		return Settings{}, err
	}
	keys, err := dotenv.Read(l.Path(".env"))
	if err != nil {
		return Settings{}, err
	}
	s := Settings{
		Layout:   l,
		Ports:    chosen,
		Scripted: os.Getenv("SCRIPTED") == "1",
		Keys:     append(keys, os.Environ()...),
	}
	switch which := os.Getenv("CLOUD"); which {
	case "", "ministack":
	case "localstack":
		s.OwnAWS = strings.TrimSuffix(os.Getenv("AWS_ENDPOINT_URL"), "/")
		if s.OwnAWS == "" {
			s.OwnAWS = ports.URL(chosen.AWS)
		}
	default:
		return Settings{}, fmt.Errorf("CLOUD=%s is neither ministack nor localstack", which)
	}
	return s, nil
}

// aws is the endpoint of the local AWS.
func (s Settings) aws() string {
	if s.OwnAWS != "" {
		return s.OwnAWS
	}
	return ports.URL(s.Ports.AWS)
}

// publicHost is what people type.
func (s Settings) publicHost() string { return fmt.Sprintf("localhost:%d", s.Ports.Web) }

// Address is where people see the web application.
func (s Settings) Address() string { return "http://" + s.publicHost() }

// target is the platform of the functions: MiniStack runs them as processes of this machine, LocalStack in Linux
// containers.
func (s Settings) target() build.Target {
	target := build.Target{OS: runtime.GOOS, Arch: runtime.GOARCH, Dist: "dist"}
	if s.OwnAWS != "" {
		target.OS = "linux"
	}
	return target
}

// postgres is the database's server.
func (s Settings) postgres() postgres.Server {
	return postgres.Server{Layout: s.Layout, Data: s.Layout.State("data", "postgres"), Port: s.Ports.Postgres, Log: s.Layout.Log("postgres")}
}

// stripeState is what the local Stripe knows.
func (s Settings) stripeState() string { return s.Layout.State("data", "stripe.json") }

// ministack is the local AWS.
func (s Settings) ministack() ministack.Server {
	return ministack.Server{
		Layout: s.Layout, Port: s.Ports.AWS, Log: s.Layout.Log("ministack"),
		State: s.Layout.State("data", "aws"), Scratch: s.Layout.State("run", "ministack"),
	}
}

// endpoints is where everything is.
func (s Settings) endpoints() endpoints.Endpoints {
	return endpoints.Endpoints{
		Web:         s.Address(),
		API:         s.Address() + "/api",
		WebSocket:   "ws://" + s.publicHost() + "/ws",
		GatewayREST: ports.URL(s.Ports.GatewayREST),
		GatewayGRPC: ports.Address(s.Ports.GatewayGRPC),
		AWS:         s.aws(),
		Postgres:    s.postgres().URL(),
		Redis:       redis.URL(s.Ports.Redis),
		Stripe:      s.stripeURL(),
	}
}

// key is the last assignment of a name in .env or the environment.
func (s Settings) key(name string) string {
	value := ""
	for _, assignment := range s.Keys {
		if v, found := strings.CutPrefix(assignment, name+"="); found {
			value = v
		}
	}
	return value
}

// stripeURL is where the local Stripe stands; empty if keys of the real one's test mode are given.
func (s Settings) stripeURL() string {
	if s.key("STRIPE_SECRET_KEY") != "" {
		return ""
	}
	return ports.URL(s.Ports.Stripe)
}

// deployEnviron is what the CDK app's local stage is told.
func (s Settings) deployEnviron() []string {
	e := s.endpoints()
	environ := append(ministack.Credentials(),
		"AWS_ENDPOINT_URL="+e.AWS,
		"YORIAI_LOCAL_AWS_ENDPOINT="+e.AWS,
		"YORIAI_LOCAL_DATABASE_URL="+e.Postgres,
		"YORIAI_LOCAL_REDIS_URL="+e.Redis,
		"YORIAI_LOCAL_GATEWAY_GRPC="+e.GatewayGRPC,
		"YORIAI_LOCAL_ORIGIN="+e.Web,
		"YORIAI_LOCAL_WS_URL="+e.WebSocket,
		"YORIAI_LOCAL_STRIPE_URL="+e.Stripe,
	)
	for _, assignment := range s.Keys {
		if endpoint, found := strings.CutPrefix(assignment, "OTEL_EXPORTER_OTLP_ENDPOINT="); found {
			environ = append(environ, "YORIAI_LOCAL_OTLP_ENDPOINT="+endpoint)
		}
	}
	return environ
}
