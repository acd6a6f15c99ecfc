// Package contract reads what the stacks are made from: the HTTP contract
// (openapi.yaml), the WebSocket contract (asyncapi.yaml), and what runs without
// a caller (workers.yaml). An operation's id names its function, its first tag
// the stack, and x-lambda what it needs.
package contract

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// Need is something outside a function that it may reach. Needs decide
// environment, permissions and placement.
type Need string

// Every need a function may have, besides the names of the queues that it sends to.
const (
	Postgres     Need = "postgres"
	Redis        Need = "redis"
	Gateway      Need = "gateway"
	Table        Need = "table"
	SigningKey   Need = "signing-key"
	Connections  Need = "connections"
	WebSocketURL Need = "websocket-url"
	// Internet is a host that has no IPv6 address, so that it cannot be
	// reached from inside the network.
	Internet Need = "internet"
	// Stripe is its keys, and where it stands if not at its own address.
	Stripe Need = "stripe"
	// Machines are the state machines of jobs, to be started and stopped.
	Machines Need = "machines"
	// Exports is the bucket of what people take along.
	Exports Need = "exports"
)

var known = []Need{
	Postgres, Redis, Gateway, Table, SigningKey, Connections, WebSocketURL, Internet, Stripe, Machines, Exports,
}

var insideOnly = []Need{Postgres, Redis, Gateway}

// Kind is what starts a function; it is also its folder under functions/.
type Kind string

// The kinds of functions.
const (
	HTTP          Kind = "http"
	WebSocket     Kind = "websocket"
	QueueConsumer Kind = "queue"
	Scheduled     Kind = "schedule"
	Deploy        Kind = "deploy"
	JobStep       Kind = "job"
)

// Function is one Lambda function as the contracts describe it.
type Function struct {
	Kind    Kind
	Name    string
	Memory  int
	Timeout int
	// Needs are what the function reaches, without queues.
	Needs []Need
	// SendsTo are the queues that it sends to.
	SendsTo []string
	// Limit is the class of the limit on each caller; empty: none.
	Limit string
}

// Has tells whether the function needs one of the given things.
func (f Function) Has(needs ...Need) bool {
	return slices.ContainsFunc(needs, func(n Need) bool { return slices.Contains(f.Needs, n) })
}

// InNetwork tells whether the function belongs inside the network: databases
// and the gateway have no other address.
func (f Function) InNetwork() bool { return f.Has(insideOnly...) }

// Guarded functions are called from outside and prove where a call came from.
func (f Function) Guarded() bool {
	return f.Kind == HTTP || (f.Kind == WebSocket && f.Name == "connect")
}

// Consumes is the queue that the function empties; empty if it is no consumer.
func (f Function) Consumes() string {
	if f.Kind == QueueConsumer {
		return f.Name
	}
	return ""
}

// limits are the classes that a limit on callers can have.
var limits = []string{"", "send", "ask", "invite", "search", "preview", "write", "read", "ticket", "pay", "export"}

// Validate returns an error if the function cannot be placed: something that
// is only inside the network together with something only outside of it. Such
// work is handed over by a queue instead.
func (f Function) Validate() error {
	for _, n := range f.Needs {
		if !slices.Contains(known, n) {
			return fmt.Errorf("%s/%s: unknown need %q", f.Kind, f.Name, n)
		}
	}
	if f.InNetwork() && f.Has(Internet) {
		return fmt.Errorf("%s/%s needs %v: internet is out of reach from inside the network; hand the work over by a queue", f.Kind, f.Name, f.Needs)
	}
	if f.Memory < 128 || f.Memory > 10240 {
		return fmt.Errorf("%s/%s: memory %d MB is outside 128–10240", f.Kind, f.Name, f.Memory)
	}
	if !slices.Contains(limits, f.Limit) {
		return fmt.Errorf("%s/%s: unknown limit %q", f.Kind, f.Name, f.Limit)
	}
	limit := 900
	if f.Kind == HTTP || f.Kind == WebSocket {
		limit = 29 // API Gateway gives up after 30 s (HTTP) and 29 s (WebSocket)
	}
	if f.Timeout < 1 || f.Timeout > limit {
		return fmt.Errorf("%s/%s: timeout %d s is outside 1–%d", f.Kind, f.Name, f.Timeout, limit)
	}
	return nil
}

// Route is one HTTP operation.
type Route struct {
	Method, Path string
	Tag          string
	// Open: anybody may call it.
	Open     bool
	Function Function
}

// Socket is one WebSocket route. Answered routes reply on the same connection.
type Socket struct {
	RouteKey string
	Answered bool
	Function Function
}

// Contract is all that the three files say about functions.
type Contract struct {
	Routes    []Route
	Sockets   []Socket
	Queues    []Queue
	Schedules []Schedule
	Jobs      []Job
	// Tasks are called by a deployment.
	Tasks []Function
}

// Tags returns the tags in use, sorted: each is a stack.
func (c Contract) Tags() []string {
	var tags []string
	for _, r := range c.Routes {
		if !slices.Contains(tags, r.Tag) {
			tags = append(tags, r.Tag)
		}
	}
	sort.Strings(tags)
	return tags
}

// Tagged returns the routes of one tag.
func (c Contract) Tagged(tag string) []Route {
	var routes []Route
	for _, r := range c.Routes {
		if r.Tag == tag {
			routes = append(routes, r)
		}
	}
	return routes
}

// Functions returns all functions.
func (c Contract) Functions() []Function {
	var all []Function
	c.each(func(f *Function) { all = append(all, *f) })
	return all
}

func (c *Contract) each(do func(f *Function)) {
	for i := range c.Routes {
		do(&c.Routes[i].Function)
	}
	for i := range c.Sockets {
		do(&c.Sockets[i].Function)
	}
	for i := range c.Queues {
		do(&c.Queues[i].Function)
		if c.Queues[i].Dead != nil {
			do(c.Queues[i].Dead)
		}
	}
	for i := range c.Schedules {
		do(&c.Schedules[i].Function)
	}
	for i := range c.Jobs {
		do(&c.Jobs[i].Function)
	}
	for i := range c.Tasks {
		do(&c.Tasks[i])
	}
}

type lambda struct {
	Memory  int    `yaml:"memory"`
	Timeout int    `yaml:"timeout"`
	Limit   string `yaml:"limit"`
	Needs   []Need `yaml:"needs"`
}

func (l lambda) function(kind Kind, name string) Function {
	return Function{Kind: kind, Name: name, Memory: l.Memory, Timeout: l.Timeout, Needs: l.Needs, Limit: l.Limit}
}

// Read reads the three contracts in a folder. Everything wrong in them is
// reported at once.
func Read(folder string) (c Contract, err error) {
	if c.Routes, err = readRoutes(filepath.Join(folder, "openapi.yaml")); err != nil {
		return c, err
	}
	if c.Sockets, err = readSockets(filepath.Join(folder, "asyncapi.yaml")); err != nil {
		return c, err
	}
	if err = c.readWorkers(filepath.Join(folder, "workers.yaml")); err != nil {
		return c, err
	}
	c.tellQueues()

	var wrong []string
	seen := map[string]bool{}
	for _, f := range c.Functions() {
		if seen[f.Name] {
			wrong = append(wrong, fmt.Sprintf("%s: two functions have this name", f.Name))
		}
		seen[f.Name] = true
		if err := f.Validate(); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	for _, q := range c.Queues {
		if err := q.Validate(); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if len(wrong) > 0 {
		return c, fmt.Errorf("contract: %s", strings.Join(wrong, "; "))
	}
	return c, nil
}

// tellQueues takes the names of queues out of every function's needs: they are
// what it sends to.
func (c *Contract) tellQueues() {
	c.each(func(f *Function) {
		var needs []Need
		for _, n := range f.Needs {
			if slices.ContainsFunc(c.Queues, func(q Queue) bool { return q.Name == string(n) }) {
				f.SendsTo = append(f.SendsTo, string(n))
			} else {
				needs = append(needs, n)
			}
		}
		f.Needs = needs
		slices.Sort(f.SendsTo)
	})
}

func readRoutes(file string) ([]Route, error) {
	type operation struct {
		OperationID string                 `yaml:"operationId"`
		Tags        []string               `yaml:"tags"`
		Security    *[]map[string][]string `yaml:"security"`
		Lambda      *lambda                `yaml:"x-lambda"`
	}
	var doc struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	if err := readYAML(file, &doc); err != nil {
		return nil, err
	}
	var routes []Route
	for path, item := range doc.Paths {
		for _, method := range []string{"get", "put", "post", "patch", "delete"} {
			node, there := item[method]
			if !there {
				continue
			}
			var op operation
			if err := node.Decode(&op); err != nil {
				return nil, fmt.Errorf("%s: %s %s: %w", file, method, path, err)
			}
			if op.OperationID == "" || op.Lambda == nil || len(op.Tags) == 0 {
				return nil, fmt.Errorf("%s: %s %s lacks operationId, tags or x-lambda", file, method, path)
			}
			routes = append(routes, Route{
				Method: strings.ToUpper(method), Path: path, Tag: op.Tags[0],
				Open:     op.Security != nil && len(*op.Security) == 0,
				Function: op.Lambda.function(HTTP, op.OperationID),
			})
		}
	}
	sort.Slice(routes, func(i, j int) bool { return routes[i].Function.Name < routes[j].Function.Name })
	return routes, nil
}

func readSockets(file string) ([]Socket, error) {
	var doc struct {
		Operations map[string]struct {
			Action   string  `yaml:"action"`
			Route    string  `yaml:"x-route"`
			Answered bool    `yaml:"x-route-response"`
			Lambda   *lambda `yaml:"x-lambda"`
		} `yaml:"operations"`
	}
	if err := readYAML(file, &doc); err != nil {
		return nil, err
	}
	var sockets []Socket
	for name, op := range doc.Operations {
		if op.Action != "receive" {
			continue
		}
		if op.Route == "" || op.Lambda == nil {
			return nil, fmt.Errorf("%s: %s lacks x-route or x-lambda", file, name)
		}
		sockets = append(sockets, Socket{RouteKey: op.Route, Answered: op.Answered, Function: op.Lambda.function(WebSocket, name)})
	}
	sort.Slice(sockets, func(i, j int) bool { return sockets[i].Function.Name < sockets[j].Function.Name })
	return sockets, nil
}

func readYAML(file string, into any) error {
	text, err := os.ReadFile(file) //nolint:gosec // the contract's own path
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// readStrict is readYAML for a file that is ours alone: a word that nobody reads is a mistake.
func readStrict(file string, into any) error {
	text, err := os.ReadFile(file) //nolint:gosec // the contract's own path
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
