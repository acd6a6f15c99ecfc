// Package ports chooses the loopback ports of the local cloud and tells who holds one that is taken.
package ports

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
)

// Host is where every server of the local cloud listens.
const Host = "127.0.0.1"

// Set is one port for each server.
type Set struct {
	Web         int // the front door, the address people open
	Next        int // the web application behind it
	AWS         int // MiniStack
	Postgres    int
	Redis       int
	GatewayREST int
	GatewayGRPC int
	Model       int
	Stripe      int
}

// FromEnvironment is the usual ports, each of which YORIAI_PORT_<NAME> can move.
func FromEnvironment() (Set, error) {
	var set Set
	for _, p := range set.named() {
		*p.port = p.usual
		value := os.Getenv("YORIAI_PORT_" + p.name)
		if value == "" {
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 65535 {
			return Set{}, fmt.Errorf("YORIAI_PORT_%s=%s is not a port number", p.name, value)
		}
		*p.port = n
	}
	return set, nil
}

// named is a port with the name that its environment variable ends in.
type named struct {
	name  string
	part  string
	usual int
	port  *int
}

func (s *Set) named() []named {
	return []named{
		{"WEB", "front door", 8080, &s.Web},
		{"NEXT", "web", 3100, &s.Next},
		{"AWS", "ministack", 4566, &s.AWS},
		{"POSTGRES", "postgres", 55432, &s.Postgres},
		{"REDIS", "redis", 56379, &s.Redis},
		{"GATEWAY_REST", "gateway", 8089, &s.GatewayREST},
		{"GATEWAY_GRPC", "gateway", 50061, &s.GatewayGRPC},
		{"MODEL", "model", 8091, &s.Model},
		{"STRIPE", "stripe", 12111, &s.Stripe},
	}
}

// Check fails, naming every port that another program holds. Ports of parts in skip are not ours to take.
func (s *Set) Check(skip map[string]bool) error {
	var taken []error
	for _, p := range s.named() {
		if skip[p.part] {
			continue
		}
		if err := Free(*p.port); err != nil {
			taken = append(taken, fmt.Errorf("port %d (%s) is taken%s; free it, or choose another with YORIAI_PORT_%s=<port>",
				*p.port, p.part, holder(*p.port), p.name))
		}
	}
	return errors.Join(taken...)
}

// Free tells whether a port of the loopback can be listened on.
func Free(port int) error {
	listener, err := net.Listen("tcp", Address(port))
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("port %d is taken: %w", port, err)
		}
		return fmt.Errorf("try port %d: %w", port, err)
	}
	return listener.Close()
}

// Pick finds n different free ports.
func Pick(n int) ([]int, error) {
	picked := make([]int, 0, n)
	for range n {
		listener, err := net.Listen("tcp", Host+":0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		// Held until all are picked, or the same one could be handed out twice.
		defer listener.Close() //nolint:errcheck // A listener that was never used.
		address, ok := listener.Addr().(*net.TCPAddr)
		if !ok {
			return nil, fmt.Errorf("find a free port: %s is no TCP address", listener.Addr())
		}
		picked = append(picked, address.Port)
	}
	return picked, nil
}

// Address is host and port for a port.
func Address(port int) string {
	return net.JoinHostPort(Host, strconv.Itoa(port))
}

// URL is http://host:port for a port.
func URL(port int) string {
	return "http://" + Address(port)
}
