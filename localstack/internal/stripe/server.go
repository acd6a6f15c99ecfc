// Package stripe is a local Stripe: as much of its API as Yoriai speaks, with the pages on which people pay and cancel, a clock that
// can be turned, and signed webhooks that are repeated until they are heard. Stripe's own library speaks to it. It moves no money.
package stripe

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/process"
)

// ServeCommand is the hidden first argument with which a program of the local cloud calls itself to run Serve.
const ServeCommand = "internal-serve-stripe"

// Key opens it; any other that begins like a test key does, too.
const Key = "sk_test_local"

// Start runs the server as a part. What it knows is kept in a file; none is kept without one.
func Start(ctx context.Context, port int, state, log string) (*process.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("stripe: find this program: %w", err)
	}
	return process.Start(ctx, process.Spec{
		Name: "stripe", Command: []string{self, ServeCommand, strconv.Itoa(port), state}, Log: log,
		Ready: func(ctx context.Context) error {
			conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", ports.Address(port))
			if err != nil {
				return fmt.Errorf("dial: %w", err)
			}
			return conn.Close()
		},
	})
}

// Serve answers until ctx ends.
func Serve(ctx context.Context, arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("usage: " + ServeCommand + " PORT [STATE]")
	}
	state := ""
	if len(arguments) > 1 {
		state = arguments[1]
	}
	s, err := New(state, "http://"+net.JoinHostPort(ports.Host, arguments[0]))
	if err != nil {
		return err
	}
	defer s.Close()
	server := &http.Server{Addr: net.JoinHostPort(ports.Host, arguments[0]), Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}

// object is one of Stripe's, as it travels.
type object = map[string]any

// Server is a Stripe account.
type Server struct {
	file string
	base string
	mux  *http.ServeMux
	ctx  context.Context //nolint:containedctx // ends the deliveries
	end  context.CancelFunc
	work sync.WaitGroup

	mu   sync.Mutex
	data data
}

// data is what is kept.
type data struct {
	// Ahead is by how much the clock was turned, in seconds.
	Ahead   int64
	Order   []string
	Objects map[string]object
	Replies map[string]reply
}

// reply is what was answered under an idempotency key.
type reply struct {
	Request string
	Status  int
	Body    json.RawMessage
}

// refusal is an error as Stripe tells it.
type refusal struct {
	status              int
	kind, code, message string
}

func (r *refusal) Error() string { return r.message }

func refuse(status int, code, format string, args ...any) error {
	return &refusal{status: status, kind: "invalid_request_error", code: code, message: fmt.Sprintf(format, args...)}
}

// New reads what was kept.
func New(file, base string) (*Server, error) {
	ctx, end := context.WithCancel(context.Background())
	s := &Server{file: file, base: base, mux: http.NewServeMux(), ctx: ctx, end: end, data: data{Objects: map[string]object{}, Replies: map[string]reply{}}}
	if file != "" {
		text, err := os.ReadFile(file) //nolint:gosec // the caller's own file
		if err == nil {
			err = json.Unmarshal(text, &s.data)
		}
		if err != nil && !os.IsNotExist(err) {
			end()
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
	}
	s.routes()
	s.pages()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.data.Order {
		if o := s.data.Objects[id]; o["object"] == "event" {
			s.deliver(o)
		}
	}
	return s, nil
}

// Close ends all deliveries.
func (s *Server) Close() {
	s.end()
	s.work.Wait()
}

// keep writes everything down; the lock is held.
func (s *Server) keep() {
	if s.file == "" {
		return
	}
	text, err := json.Marshal(s.data)
	if err == nil {
		err = os.WriteFile(s.file+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(s.file+".new", s.file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "stripe: keep:", err)
	}
}

// now is the account's clock.
func (s *Server) now() time.Time { return time.Now().Add(time.Duration(s.data.Ahead) * time.Second) }

// put makes an object, or writes it anew.
func (s *Server) put(o object) object {
	id, _ := o["id"].(string)
	if _, there := s.data.Objects[id]; !there {
		s.data.Order = append(s.data.Order, id)
	}
	s.data.Objects[id] = o
	return o
}

func (s *Server) made(prefix, kind string, o object) object {
	if o["id"] == nil {
		raw := make([]byte, 12)
		_, _ = rand.Read(raw)
		o["id"] = prefix + hex.EncodeToString(raw)
	}
	o["object"], o["created"], o["livemode"] = kind, s.now().Unix(), false
	return s.put(o)
}

// of lists the objects of a kind that a condition holds for, newest first.
func (s *Server) of(kind string, holds func(o object) bool) []object {
	var list []object
	for i := len(s.data.Order) - 1; i >= 0; i-- {
		if o := s.data.Objects[s.data.Order[i]]; o["object"] == kind && o["deleted"] == nil && (holds == nil || holds(o)) {
			list = append(list, o)
		}
	}
	return list
}

// get finds an object of a kind.
func (s *Server) get(kind, id string) (object, error) {
	o := s.data.Objects[id]
	if o == nil || o["object"] != kind {
		return nil, refuse(http.StatusNotFound, "resource_missing", "No such %s: '%s'", kind, id)
	}
	return o, nil
}

// ServeHTTP answers by the account's own clock.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	now := s.now()
	s.mu.Unlock()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	s.mux.ServeHTTP(w, r)
}

// call is one request of the API.
type call struct {
	r      *http.Request
	params object
}

// api adds an operation. Equal requests under one idempotency key are one.
func (s *Server) api(pattern string, do func(c call) (any, error)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !strings.HasPrefix(key, "sk_test_") {
			answer(w, nil, &refusal{status: http.StatusUnauthorized, kind: "invalid_request_error", message: "Invalid API Key provided"})
			return
		}
		if err := r.ParseForm(); err != nil {
			answer(w, nil, refuse(http.StatusBadRequest, "", "%v", err))
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		once, request := r.Header.Get("Idempotency-Key"), r.Method+" "+r.URL.Path+"?"+r.Form.Encode()
		if before, there := s.data.Replies[once]; there && once != "" {
			if before.Request != request {
				answer(w, nil, &refusal{status: http.StatusBadRequest, kind: "idempotency_error", message: "Keys for idempotent requests can only be used with the same parameters they were first used with."})
				return
			}
			w.Header().Set("Idempotent-Replayed", "true")
			send(w, before.Status, before.Body)
			return
		}
		result, err := do(call{r: r, params: nested(r.Form)})
		if err == nil {
			result = s.expand(result, r.Form["expand[]"], r.Form)
		}
		status, body := encoded(result, err)
		if once != "" && r.Method == http.MethodPost && status < 500 {
			s.data.Replies[once] = reply{Request: request, Status: status, Body: body}
		}
		s.keep()
		send(w, status, body)
	})
}

func encoded(result any, err error) (int, json.RawMessage) {
	status := http.StatusOK
	if err != nil {
		r := &refusal{status: http.StatusInternalServerError, kind: "api_error", message: err.Error()}
		errors.As(err, &r)
		status, result = r.status, object{"error": object{"type": r.kind, "code": r.code, "message": r.message}}
	}
	body, err := json.Marshal(result)
	if err != nil {
		return http.StatusInternalServerError, json.RawMessage(`{}`)
	}
	return status, body
}

func answer(w http.ResponseWriter, result any, err error) {
	status, body := encoded(result, err)
	send(w, status, body)
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Request-Id", "req_local")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON, and said to be
}
