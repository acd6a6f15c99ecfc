// Package endpoints writes down where a running local cloud is, for programs and tests.
package endpoints

import (
	"encoding/json"
	"fmt"
	"os"
)

// Endpoints is the content of endpoints.json.
type Endpoints struct {
	Web         string `json:"web"`
	API         string `json:"api"`
	WebSocket   string `json:"ws"`
	GatewayREST string `json:"gateway_rest"`
	GatewayGRPC string `json:"gateway_grpc"`
	AWS         string `json:"aws"`
	Postgres    string `json:"postgres"`
	Redis       string `json:"redis"`
	// Stripe is the local one; empty where the real one's test mode is used.
	Stripe string `json:"stripe,omitempty"`
}

// Write puts them into a file that only its owner can read: Postgres's password is in it.
func (e Endpoints) Write(path string) error {
	content, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the endpoints: %w", err)
	}
	if err := os.WriteFile(path, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the endpoints: %w", err)
	}
	return nil
}

// Read reads what Write wrote.
func Read(path string) (e Endpoints, err error) {
	content, err := os.ReadFile(path) //nolint:gosec // the cloud's own file
	if err != nil {
		return e, fmt.Errorf("read the endpoints: %w", err)
	}
	if err := json.Unmarshal(content, &e); err != nil {
		return e, fmt.Errorf("read the endpoints: %w", err)
	}
	return e, nil
}
