// Package redis serves the Redis protocol from miniredis, in a process of its own so that it can be killed in a test
// like the real one.
package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/process"
)

// ServeCommand is the hidden first argument with which a program of the local cloud calls itself to run Serve.
const ServeCommand = "internal-serve-redis"

// URL is where clients connect.
func URL(port int) string { return "redis://" + ports.Address(port) + "/0" }

// Start runs the server as a part.
func Start(ctx context.Context, port int, log string) (*process.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("redis: find this program: %w", err)
	}
	return process.Start(ctx, process.Spec{
		Name:    "redis",
		Command: []string{self, ServeCommand, strconv.Itoa(port)},
		Log:     log,
		Ready:   Answers(port),
	})
}

// Answers tells whether a Redis on the port answers a PING.
func Answers(port int) func(context.Context) error {
	return func(ctx context.Context) error {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", ports.Address(port))
		if err != nil {
			return fmt.Errorf("dial: %w", err)
		}
		defer conn.Close() //nolint:errcheck // A probe.
		if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
			return fmt.Errorf("set a deadline: %w", err)
		}
		if _, err := conn.Write([]byte("*1\r\n$4\r\nPING\r\n")); err != nil {
			return fmt.Errorf("ping: %w", err)
		}
		answer := make([]byte, len("+PONG"))
		if _, err := conn.Read(answer); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		if string(answer) != "+PONG" {
			return fmt.Errorf("answered %q to a PING", answer)
		}
		return nil
	}
}

// Serve runs miniredis until ctx ends.
func Serve(ctx context.Context, arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("usage: " + ServeCommand + " PORT")
	}
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr(net.JoinHostPort(ports.Host, arguments[0])); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer server.Close()
	passTime(ctx, server)
	return nil
}

// passTime lets keys expire: miniredis stands still unless it is told how much time went by.
func passTime(ctx context.Context, server *miniredis.Miniredis) {
	const step = 100 * time.Millisecond
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			server.FastForward(now.Sub(last))
			last = now
		}
	}
}
