// yoriai-bench measures the running local cloud from outside, as clients do: over its front door, by HTTP and WebSocket.
// Beside each figure stands the floor of the local cloud itself, where it has one. Nothing is asserted.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type endpoints struct {
	Web string `json:"web"`
	API string `json:"api"`
}

func run(ctx context.Context) error {
	path := os.Getenv("YORIAI_ENDPOINTS")
	if path == "" {
		path = ".local/endpoints.json"
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator's own file
	if err != nil {
		return fmt.Errorf("is the local cloud up? %w", err)
	}
	var at endpoints
	if err := json.Unmarshal(text, &at); err != nil {
		return err
	}
	crowd, err := registerAll(ctx, at, 10)
	if err != nil {
		return err
	}
	alone := func(measure func(context.Context, *client) error) func() error {
		return func() error { return measure(ctx, crowd[0]) }
	}
	for _, measure := range []func() error{
		alone(measureFloor), alone(measurePost), alone(measurePush), alone(measureFirstToken),
		func() error { return measureStreams(ctx, crowd) },
		func() error { return measureFanOut(ctx, at) },
	} {
		if err := measure(); err != nil {
			fmt.Fprintln(os.Stderr, "  this measurement failed:", err)
		}
	}
	return nil
}

func show(name string, list []time.Duration) {
	if len(list) == 0 {
		fmt.Printf("%-62s nothing was measured\n", name)
		return
	}
	slices.Sort(list)
	fmt.Printf("%-62s p50 %8.1f ms   p99 %8.1f ms   n %d\n", name, ms(list[len(list)/2]), ms(list[len(list)*99/100]), len(list))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
