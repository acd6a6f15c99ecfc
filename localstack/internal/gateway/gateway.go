// Package gateway runs the Rust LLM gateway with the providers this machine has: keys of the user's, an Ollama that
// answers on its usual port, and the bundled model.
package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/probe"
	"github.com/yoriai/yoriai/localstack/internal/process"
)

// Gateway is the one of a local cloud.
type Gateway struct {
	Program  string
	Dir      string
	RESTPort int
	GRPCPort int
	Log      string
	// Model is the base URL of the bundled model.
	Model string
	// Keys are the user's assignments, from .env and then from the environment, which wins.
	Keys []string
	// Scripted adds the provider that answers by magic words: slow, failing, endless.
	Scripted bool
}

// server is an entry of OPENAI_COMPATIBLE_SERVERS.
type server struct {
	Name    string `json:"name"`
	BaseURL string `json:"base_url"`
	APIKey  string `json:"api_key,omitempty"`
}

// compatibleServers is the variable that lists OpenAI-compatible servers.
const compatibleServers = "OPENAI_COMPATIBLE_SERVERS"

// ollama is where Ollama listens by itself.
const ollama = "http://127.0.0.1:11434"

// Start runs the gateway and tells which providers it has.
func (g Gateway) Start(ctx context.Context) (*process.Process, error) {
	servers, err := g.servers(ctx)
	if err != nil {
		return nil, err
	}
	listed, err := json.Marshal(servers) //nolint:gosec // The gateway needs the keys; they go into its environment only.
	if err != nil {
		return nil, fmt.Errorf("gateway: list the servers: %w", err)
	}
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + os.Getenv("HOME"),
		"GATEWAY_REST_ADDR=" + ports.Address(g.RESTPort),
		"GATEWAY_GRPC_ADDR=" + ports.Address(g.GRPCPort),
		"RUST_LOG=" + otherwise(os.Getenv("RUST_LOG"), "info"),
	}
	env = append(env, g.keys()...)
	env = append(env, compatibleServers+"="+string(listed))
	if g.Scripted {
		env = append(env, "GATEWAY_SCRIPTED=1")
	}
	return process.Start(ctx, process.Spec{
		Name:    "gateway",
		Command: []string{g.Program},
		Dir:     g.Dir,
		Env:     env,
		Log:     g.Log,
		Ready:   func(ctx context.Context) error { return probe.OK(ctx, ports.URL(g.RESTPort)+"/health") },
		// Streams may finish, but someone who pressed Ctrl-C does not wait for an endless one.
		StopTimeout: 3 * time.Second,
	})
}

// keys is what of the user's assignments concerns the gateway, the way out of a company's network included.
func (g Gateway) keys() []string {
	prefixes := []string{
		"OPENAI_", "ANTHROPIC_", "GEMINI_", "GATEWAY_", "OTEL_",
		"SSL_CERT_FILE=", "HTTPS_PROXY=", "https_proxy=", "NO_PROXY=", "no_proxy=",
	}
	var kept []string
	for _, assignment := range g.Keys {
		for _, prefix := range prefixes {
			if strings.HasPrefix(assignment, prefix) && !strings.HasPrefix(assignment, compatibleServers) {
				kept = append(kept, assignment)
			}
		}
	}
	return kept
}

// servers is the bundled model, an Ollama that answers, and the user's own.
func (g Gateway) servers(ctx context.Context) ([]server, error) {
	servers := []server{{Name: "local", BaseURL: g.Model}}
	if probe.OK(ctx, ollama+"/api/tags") == nil {
		servers = append(servers, server{Name: "ollama", BaseURL: ollama + "/v1"})
	}
	for _, assignment := range g.Keys {
		listed, found := strings.CutPrefix(assignment, compatibleServers+"=")
		if !found {
			continue
		}
		var own []server
		if err := json.Unmarshal([]byte(listed), &own); err != nil {
			return nil, fmt.Errorf("%s is no JSON list of {name, base_url, api_key?}: %w", compatibleServers, err)
		}
		servers = append(servers, own...)
	}
	return servers, nil
}

// Providers tells in words where answers come from, for the lines printed at the end.
func (g Gateway) Providers(ctx context.Context) string {
	var found []string
	for name, key := range map[string]string{"OpenAI": "OPENAI_API_KEY", "Anthropic": "ANTHROPIC_API_KEY", "Gemini": "GEMINI_API_KEY"} {
		for _, assignment := range g.Keys {
			if value, ok := strings.CutPrefix(assignment, key+"="); ok && value != "" {
				found = append(found, name)
				break
			}
		}
	}
	if probe.OK(ctx, ollama+"/api/tags") == nil {
		found = append(found, "Ollama")
	}
	if len(found) == 0 {
		return "the bundled small model answers (put a provider's key into .env for a real one)"
	}
	return strings.Join(found, ", ") + " and the bundled small model"
}

func otherwise(value, usual string) string {
	if value == "" {
		return usual
	}
	return value
}
