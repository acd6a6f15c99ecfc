package gateway

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// REST calls the gateway over HTTP/1.1 and reads streams as Server-Sent Events.
type REST struct {
	base   string
	client *http.Client
}

// NewREST prepares a client for the gateway at a base URL.
func NewREST(base string) *REST {
	transport := &http.Transport{
		// A socket that slept through a freeze is not trusted with a paid call, which must not be made twice.
		IdleConnTimeout:     5 * time.Second,
		MaxIdleConnsPerHost: 8,
	}
	return &REST{base: strings.TrimRight(base, "/"), client: &http.Client{Transport: transport}}
}

type (
	restPart struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	restMessage struct {
		Role    string     `json:"role"`
		Name    string     `json:"name,omitempty"`
		Content []restPart `json:"content"`
	}
	restMetadata struct {
		RequestID string `json:"request_id,omitempty"`
		RoomID    string `json:"room_id,omitempty"`
	}
	restRequest struct {
		Provider        string        `json:"provider"`
		Model           string        `json:"model"`
		Messages        []restMessage `json:"messages"`
		MaxOutputTokens int           `json:"max_output_tokens,omitempty"`
		Effort          room.Effort   `json:"effort,omitempty"`
		Allowance       int           `json:"reasoning_allowance_tokens,omitempty"`
		Stream          bool          `json:"stream,omitempty"`
		Metadata        *restMetadata `json:"metadata,omitempty"`
	}
	restModel struct {
		ID              string `json:"id"`
		Provider        string `json:"provider"`
		DisplayName     string `json:"display_name"`
		ContextWindow   int64  `json:"context_window"`
		MaxOutputTokens int64  `json:"max_output_tokens"`
		Price           struct {
			Input       float64 `json:"input"`
			CachedInput float64 `json:"cached_input"`
			Output      float64 `json:"output"`
		} `json:"price"`
		Weights struct {
			Input  int64 `json:"input"`
			Output int64 `json:"output"`
		} `json:"weights"`
		Vision     bool   `json:"vision"`
		Streaming  bool   `json:"streaming"`
		Deprecated bool   `json:"deprecated"`
		State      string `json:"state"`
		Known      bool   `json:"known"`
		Reasoning  struct {
			Mode       ai.ReasoningMode      `json:"mode"`
			Efforts    []room.Effort         `json:"efforts"`
			Usual      room.Effort           `json:"default_effort"`
			Allowances map[room.Effort]int64 `json:"allowances"`
		} `json:"reasoning"`
	}
	restFailure struct {
		Code         string `json:"code"`
		RetryAfterMS int64  `json:"retry_after_ms"`
	}
	// restEvent is any event's data; which fields there are depends on its name.
	restEvent struct {
		restFailure
		Text              string `json:"text"`
		ElapsedMS         int64  `json:"elapsed_ms"`
		Tokens            int64  `json:"tokens"`
		FinishReason      string `json:"finish_reason"`
		InputTokens       int64  `json:"input_tokens"`
		CachedInputTokens int64  `json:"cached_input_tokens"`
		OutputTokens      int64  `json:"output_tokens"`
		ReasoningTokens   int64  `json:"reasoning_tokens"`
		Estimated         bool   `json:"estimated"`
	}
)

// Stream calls a model and yields what comes.
func (c *REST) Stream(ctx context.Context, r ai.Request) iter.Seq2[ai.Chunk, error] {
	return traced(ctx, r, func(ctx context.Context, yield func(ai.Chunk, error) bool) {
		body := restRequest{Provider: r.Provider, Model: r.Model, Messages: restMessages(r.Lines), MaxOutputTokens: max(r.MaxOutputTokens, 0),
			Effort: named(r.Effort), Allowance: r.ReasoningAllowance, Stream: true, Metadata: &restMetadata{RequestID: r.RequestID, RoomID: r.RoomID.String()}}
		w, err := c.send(ctx, http.MethodPost, "/completions", body)
		if err != nil {
			yield(ai.Chunk{}, err)
			return
		}
		defer func() { _ = w.Body.Close() }() // a consumer that stops listening hangs up, which stops the provider
		finished := false
		for event, err := range serverSentEvents(w.Body) {
			if err != nil {
				yield(ai.Chunk{}, lost(ctx, err))
				return
			}
			chunk, failure := event.read()
			if failure != nil {
				yield(ai.Chunk{}, failure)
				return
			}
			finished = finished || chunk.Finish != ""
			if !yield(chunk, nil) {
				return
			}
		}
		if !finished {
			yield(ai.Chunk{}, lost(ctx, io.ErrUnexpectedEOF))
		}
	})
}

// EstimateTokens counts a prompt by the gateway's own tokenisers.
func (c *REST) EstimateTokens(ctx context.Context, r ai.Request) ([]int, error) {
	var out struct {
		Messages []int `json:"messages"`
	}
	err := c.ask(ctx, http.MethodPost, "/tokens", restRequest{Provider: r.Provider, Model: r.Model, Messages: restMessages(r.Lines)}, &out)
	return out.Messages, err
}

// Models lists what the gateway knows.
func (c *REST) Models(ctx context.Context) ([]ai.Model, error) {
	var out struct {
		Items []restModel `json:"items"`
	}
	if err := c.ask(ctx, http.MethodGet, "/models", nil, &out); err != nil {
		return nil, err
	}
	list := make([]ai.Model, len(out.Items))
	for i, m := range out.Items {
		list[i] = ai.Model{ID: m.ID, Provider: m.Provider, DisplayName: m.DisplayName, ContextWindow: m.ContextWindow, MaxOutputTokens: m.MaxOutputTokens,
			Price: ai.Price{Input: m.Price.Input, CachedInput: m.Price.CachedInput, Output: m.Price.Output}, Weights: ai.NewWeights(m.Weights.Input, m.Weights.Output), Vision: m.Vision, Streaming: m.Streaming,
			Configured: m.State == "available" || m.State == "down",
			Reasoning:  ai.Reasoning{Mode: cmp.Or(m.Reasoning.Mode, ai.NeverThinks), Efforts: append([]room.Effort(nil), m.Reasoning.Efforts...), Usual: cmp.Or(m.Reasoning.Usual, room.DefaultEffort), Allowances: orEmpty(m.Reasoning.Allowances)},
			Known:      m.Known,
			Deprecated: m.Deprecated, Available: m.State == "available"}
	}
	return list, nil
}

// named is an effort as a request names it: not at all if it is the model's own.
func named(e room.Effort) room.Effort {
	if e == room.DefaultEffort {
		return ""
	}
	return e
}

// ask makes a call that may be made twice, the second time over a new connection.
func (c *REST) ask(ctx context.Context, method, path string, body, into any) error {
	err := c.askWithin(ctx, firstTry, method, path, body, into)
	var failure *ai.Failure
	if ctx.Err() != nil || !errors.As(err, &failure) || failure.Code != "timeout" && failure.Code != "unavailable" {
		return err
	}
	c.client.CloseIdleConnections()
	return c.askWithin(ctx, secondTry, method, path, body, into)
}

func (c *REST) askWithin(ctx context.Context, limit time.Duration, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	w, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = w.Body.Close() }()
	if err := json.NewDecoder(io.LimitReader(w.Body, maxMessage)).Decode(into); err != nil {
		return lost(ctx, err)
	}
	return nil
}

func (c *REST) send(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var reader io.Reader = http.NoBody
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, &ai.Failure{Code: "internal", Cause: err}
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	if err != nil {
		return nil, &ai.Failure{Code: "internal", Cause: err}
	}
	r.Header.Set("Content-Type", "application/json")
	if deadline, ok := ctx.Deadline(); ok {
		// The gateway ends its provider's call by itself, should hanging up get lost.
		r.Header.Set("X-Request-Timeout-Ms", strconv.FormatInt(max(time.Until(deadline).Milliseconds(), 1), 10))
	}
	for name, v := range carried(ctx) {
		r.Header.Set(name, v)
	}
	w, err := c.client.Do(r)
	if err != nil {
		return nil, lost(ctx, err)
	}
	if w.StatusCode == http.StatusOK {
		return w, nil
	}
	defer func() { _ = w.Body.Close() }()
	problem := restFailure{Code: "unavailable"} // unless the answer is the gateway's own
	_ = json.NewDecoder(io.LimitReader(w.Body, 64<<10)).Decode(&problem)
	return nil, problem.failure()
}

// lost is a connection that ended; whether the caller ended it tells its context.
func lost(ctx context.Context, cause error) *ai.Failure {
	code := "unavailable"
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		code = "timeout"
	case ctx.Err() != nil:
		code = "cancelled"
	}
	return &ai.Failure{Code: code, Cause: cause}
}

func (f restFailure) failure() *ai.Failure {
	return &ai.Failure{Code: f.Code, RetryAfter: time.Duration(f.RetryAfterMS) * time.Millisecond, Cause: errors.New("the gateway said " + f.Code)}
}

func restMessages(lines []ai.Line) []restMessage {
	list := make([]restMessage, len(lines))
	for i, l := range lines {
		list[i] = restMessage{Role: string(l.Speaker), Name: l.Author, Content: []restPart{{Type: "text", Text: l.Text}}}
	}
	return list
}

// namedEvent is one Server-Sent Event.
type namedEvent struct {
	name string
	data restEvent
}

func (e namedEvent) read() (ai.Chunk, error) {
	switch e.name {
	case "thinking":
		return ai.Chunk{Thinking: &ai.Thinking{Text: e.data.Text, Elapsed: time.Duration(e.data.ElapsedMS) * time.Millisecond, Tokens: e.data.Tokens}}, nil
	case "text":
		return ai.Chunk{Text: e.data.Text}, nil
	case "usage":
		return ai.Chunk{Usage: &ai.Usage{InputTokens: e.data.InputTokens, CachedInputTokens: e.data.CachedInputTokens, OutputTokens: e.data.OutputTokens,
			ReasoningTokens: e.data.ReasoningTokens, Estimated: e.data.Estimated}}, nil
	case "finished":
		switch reason := ai.FinishReason(e.data.FinishReason); reason {
		case "cancelled":
			return ai.Chunk{}, &ai.Failure{Code: "cancelled"}
		case ai.Length, ai.ContentFilter:
			return ai.Chunk{Finish: reason}, nil
		case ai.Stop:
		}
		return ai.Chunk{Finish: ai.Stop}, nil
	case "failed":
		return ai.Chunk{}, e.data.failure()
	}
	return ai.Chunk{}, nil
}

// serverSentEvents reads the gateway's events: one data line each, comments as heartbeats.
func serverSentEvents(body io.Reader) iter.Seq2[namedEvent, error] {
	return func(yield func(namedEvent, error) bool) {
		lines := bufio.NewScanner(body)
		lines.Buffer(nil, maxMessage)
		var e namedEvent
		for lines.Scan() {
			line := lines.Text()
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				e = namedEvent{name: name}
			}
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok {
				continue
			}
			if err := json.Unmarshal([]byte(data), &e.data); err != nil {
				yield(e, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(e, err)
		}
	}
}

func orEmpty(m map[room.Effort]int64) map[room.Effort]int64 {
	if m == nil {
		return map[room.Effort]int64{}
	}
	return m
}
