package gateway_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/gateway"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// process is a real gateway with the scripted provider.
type process struct {
	t          *testing.T
	rest, grpc string
	env        []string
	cmd        *exec.Cmd
}

func start(t *testing.T, env ...string) *process {
	t.Helper()
	p := &process{t: t, rest: freeAddress(t), grpc: freeAddress(t), env: env}
	p.run()
	t.Cleanup(p.kill)
	return p
}

func (p *process) run() {
	p.t.Helper()
	program := os.Getenv("TEST_GATEWAY_PROGRAM")
	if program == "" {
		p.t.Fatal("TEST_GATEWAY_PROGRAM is not set: run `go run ./localstack/cmd/yoriai-testbed go test ./shared/...`")
	}
	p.cmd = exec.CommandContext(context.Background(), program)
	p.cmd.Env = append([]string{"GATEWAY_SCRIPTED=1", "GATEWAY_REST_ADDR=" + p.rest, "GATEWAY_GRPC_ADDR=" + p.grpc}, p.env...)
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.until("the gateway answers", func() bool { _, err := p.health(); return err == nil })
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func (p *process) health() (string, error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+p.rest+"/health", http.NoBody)
	if err != nil {
		return "", err
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	return string(text), err
}

// inFlight tells whether the provider works on something.
func (p *process) inFlight() bool {
	text, err := p.health()
	return err != nil || !strings.Contains(text, `"in_flight":0`)
}

func (p *process) until(what string, holds func() bool) {
	p.t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("waited in vain: %s", what)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// wires runs a test over both implementations of the port.
func wires(t *testing.T, p *process, test func(t *testing.T, llm ai.LLM)) {
	t.Helper()
	for name, address := range map[string]string{"gRPC": p.grpc, "REST": "http://" + p.rest} {
		t.Run(name, func(t *testing.T) {
			llm, err := gateway.Open(address)
			if err != nil {
				t.Fatal(err)
			}
			test(t, llm)
		})
	}
}

func question(text string) ai.Request {
	return ai.Request{RequestID: id.New().String() + "-1", RoomID: id.New(), Provider: "scripted", Model: "scripted", MaxOutputTokens: 4096,
		Lines: []ai.Line{{Speaker: ai.SpeaksSystem, Text: "Be brief."}, {Speaker: ai.SpeaksUser, Author: "aki", Text: text}}}
}

// answer is what a whole stream brought.
type answer struct {
	text     string
	usage    *ai.Usage
	finished bool
	err      error
}

func listen(ctx context.Context, llm ai.LLM, r ai.Request) (a answer) {
	for piece, err := range llm.Stream(ctx, r) {
		if err != nil {
			a.err = err
			return a
		}
		a.text += piece.Text
		if piece.Usage != nil {
			a.usage = piece.Usage
		}
		a.finished = a.finished || piece.Finish != ""
	}
	return a
}

// network stands between client and gateway. Freezing it leaves open connections open, and silent for good, as a socket is
// whose other end forgot it; new ones pass.
type network struct {
	address string
	mu      sync.Mutex
	frozen  []chan struct{}
}

func between(t *testing.T, target string) *network {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	n := &network{address: l.Addr().String()}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", target)
			if err != nil {
				_ = client.Close()
				continue
			}
			t.Cleanup(func() { _, _ = client.Close(), server.Close() })
			freeze := make(chan struct{})
			n.mu.Lock()
			n.frozen = append(n.frozen, freeze)
			n.mu.Unlock()
			go pass(client, server, freeze)
			go pass(server, client, freeze)
		}
	}()
	return n
}

func pass(from, to net.Conn, frozen chan struct{}) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-frozen:
			if err != nil {
				return
			}
			continue
		default:
		}
		if n > 0 {
			_, _ = to.Write(buffer[:n])
		}
		if err != nil {
			_ = to.Close()
			return
		}
	}
}

func (n *network) freeze() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range n.frozen {
		close(f)
	}
	n.frozen = nil
}
