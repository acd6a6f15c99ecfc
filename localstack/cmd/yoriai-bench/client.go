package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// upkeepProgram is built by bench/run.sh.
const upkeepProgram = ".tools/bin/yoriai-upkeep"

// client is one account over the front door.
type client struct {
	at    endpoints
	name  string
	token string
	http  *http.Client
}

func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails on the systems Go supports
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func register(ctx context.Context, at endpoints) (*client, error) {
	c := &client{at: at, name: "bench-" + uuid()[:8], http: &http.Client{Timeout: 40 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	var in struct {
		AccessToken string `json:"access_token"`
	}
	err := c.call(ctx, "POST", "/auth/register", map[string]any{"username": c.name, "email": c.name + "@example.com", "password": "a long password"}, &in)
	c.token = in.AccessToken
	return c, err
}

// registerAll registers several accounts: what one of them may do in a minute is limited.
func registerAll(ctx context.Context, at endpoints, n int) ([]*client, error) {
	list := make([]*client, n)
	err := each(n, 4, func(i int) (err error) {
		list[i], err = register(ctx, at)
		return err
	})
	return list, err
}

// joins puts the account into a room, by the program that stands in for invitations.
func (c *client) joins(ctx context.Context, room string) error {
	out, err := exec.CommandContext(ctx, upkeepProgram, "join", strings.TrimPrefix(room, "/rooms/"), c.name, "member").CombinedOutput() //nolint:gosec // our own program
	if err != nil {
		return fmt.Errorf("join: %w: %s", err, out)
	}
	return nil
}

func (c *client) call(ctx context.Context, method, path string, body, into any) error {
	var reader io.Reader = http.NoBody
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.at.API+path, reader)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	r.Header.Set("Idempotency-Key", uuid())
	w, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		return err
	}
	if w.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %.300s", method, path, w.StatusCode, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

func (c *client) room(ctx context.Context) (string, error) {
	var r struct {
		ID string `json:"id"`
	}
	err := c.call(ctx, "POST", "/rooms", map[string]any{"name": "bench", "ai_provider": "scripted", "ai_model": "scripted"}, &r)
	return "/rooms/" + r.ID, err
}

type message struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Content string `json:"content"`
}

type sent struct {
	Message   message `json:"message"`
	AIMessage message `json:"ai_message"`
}

func (c *client) say(ctx context.Context, room, text string, ask bool) (s sent, err error) {
	body := map[string]any{"client_message_id": uuid(), "content": text}
	if ask {
		body["ai"] = map[string]any{}
	}
	err = c.call(ctx, "POST", room+"/messages", body, &s)
	return s, err
}

// frame is what a socket pushes.
type frame struct {
	Type      string  `json:"type"`
	MessageID string  `json:"message_id"`
	Offset    int     `json:"offset"`
	Text      string  `json:"text"`
	Data      message `json:"data"`
	at        time.Time
}

// socket collects frames with the moment of their arrival.
type socket struct {
	conn   *websocket.Conn
	mu     sync.Mutex
	frames []frame
	news   chan struct{}
}

func (c *client) connect(ctx context.Context) (*socket, error) {
	var t struct {
		URL string `json:"url"` // the ticket stands in it
	}
	if err := c.call(ctx, "POST", "/realtime/tickets", nil, &t); err != nil {
		return nil, err
	}
	conn, _, err := websocket.Dial(ctx, t.URL, nil) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(64 << 10)
	s := &socket{conn: conn, news: make(chan struct{}, 1)}
	go s.read(ctx)
	return s, nil
}

func (s *socket) read(ctx context.Context) {
	for {
		_, text, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		f := frame{at: time.Now()}
		if json.Unmarshal(text, &f) != nil {
			continue
		}
		s.mu.Lock()
		s.frames = append(s.frames, f)
		s.mu.Unlock()
		select {
		case s.news <- struct{}{}:
		default:
		}
	}
}

func (s *socket) view(ctx context.Context, room string) error {
	text, err := json.Marshal(map[string]any{"action": "view", "room_id": strings.TrimPrefix(room, "/rooms/")})
	if err != nil {
		return err
	}
	return s.conn.Write(ctx, websocket.MessageText, text)
}

// wait gives the first frame that fits, of those that came and those that come.
func (s *socket) wait(ctx context.Context, fits func(frame) bool) (frame, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	seen := 0
	for {
		s.mu.Lock()
		list := s.frames[seen:]
		seen = len(s.frames)
		s.mu.Unlock()
		for _, f := range list {
			if fits(f) {
				return f, nil
			}
		}
		select {
		case <-ctx.Done():
			return frame{}, fmt.Errorf("no such frame came: %w", ctx.Err())
		case <-s.news:
		}
	}
}

func (s *socket) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames = nil
}

func (s *socket) close() { _ = s.conn.CloseNow() }
