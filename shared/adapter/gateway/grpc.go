package gateway

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/yoriai/yoriai/shared/adapter/gateway/llmv1"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// GRPC is a connection to the gateway, made on first use.
type GRPC struct {
	address string
	mu      sync.Mutex
	conn    *grpc.ClientConn
}

// NewGRPC prepares a connection; it is opened by the first call.
func NewGRPC(address string) (*GRPC, error) {
	conn, err := dial(address)
	if err != nil {
		return nil, err
	}
	return &GRPC{address: address, conn: conn}, nil
}

func dial(address string) (*grpc.ClientConn, error) {
	return grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), // inside the VPC's security group, or on loopback
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 3 * time.Second}, MinConnectTimeout: 5 * time.Second}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 5 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)))
}

// Close ends the connection.
func (g *GRPC) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.conn.Close()
}

func (g *GRPC) connection() *grpc.ClientConn {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.conn
}

// redial replaces a connection that does not answer, unless another call has done so.
func (g *GRPC) redial(dead *grpc.ClientConn) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.conn != dead {
		return nil
	}
	fresh, err := dial(g.address)
	if err != nil {
		return err
	}
	g.conn = fresh
	// Streams that run on the old one, if any does, go on until they end.
	time.AfterFunc(oldConnectionLives, func() { _ = dead.Close() })
	return nil
}

// ask makes a call that may be made twice. A Lambda environment that was frozen may come back with a socket that is dead
// without knowing it: then the first try gets no answer, and the second goes over a new connection. The worker asks for a
// prompt's tokens right before the paid call, which must never be made twice; so that one finds a connection that lives.
func ask[T any](ctx context.Context, g *GRPC, call func(ctx context.Context, api llmv1.LLMGatewayClient) (T, error)) (T, error) {
	conn := g.connection()
	out, err := within(ctx, firstTry, conn, call)
	// A gateway that ends a call at our deadline may say so before we notice: that is no cancel of the caller's.
	if code := status.Code(err); ctx.Err() != nil || code != codes.DeadlineExceeded && code != codes.Unavailable && code != codes.Canceled {
		return out, err
	}
	if err := g.redial(conn); err != nil {
		return out, err
	}
	return within(ctx, secondTry, g.connection(), call)
}

func within[T any](ctx context.Context, limit time.Duration, conn *grpc.ClientConn, call func(context.Context, llmv1.LLMGatewayClient) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return call(metadata.NewOutgoingContext(ctx, metadata.New(carried(ctx))), llmv1.NewLLMGatewayClient(conn))
}

// Stream calls a model and yields what comes. It never retries: the gateway does, before the first token, and an attempt
// calls a provider once.
func (g *GRPC) Stream(ctx context.Context, r ai.Request) iter.Seq2[ai.Chunk, error] {
	return traced(ctx, r, func(ctx context.Context, yield func(ai.Chunk, error) bool) {
		ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(ctx, metadata.New(carried(ctx))))
		defer cancel() // a consumer that stops listening stops the provider
		stream, err := llmv1.NewLLMGatewayClient(g.connection()).StreamComplete(ctx, completion(r))
		if err != nil {
			yield(ai.Chunk{}, translate(err))
			return
		}
		finished := false
		for {
			event, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				if !finished {
					yield(ai.Chunk{}, &ai.Failure{Code: "unavailable", Cause: io.ErrUnexpectedEOF})
				}
				return
			}
			if err != nil {
				yield(ai.Chunk{}, translate(err))
				return
			}
			chunk, failure := read(event)
			if failure != nil {
				yield(ai.Chunk{}, failure)
				return
			}
			finished = finished || chunk.Finish != ""
			if !yield(chunk, nil) {
				return
			}
		}
	})
}

func completion(r ai.Request) *llmv1.CompletionRequest {
	c := &llmv1.CompletionRequest{Provider: r.Provider, Model: r.Model, Messages: messages(r.Lines), MaxOutputTokens: uint32(max(r.MaxOutputTokens, 0)),
		Metadata: &llmv1.Metadata{RequestId: r.RequestID, RoomId: r.RoomID.String()}, Effort: effortNumbers[r.Effort]}
	if r.ReasoningAllowance > 0 {
		allowance := uint32(r.ReasoningAllowance)
		c.ReasoningAllowanceTokens = &allowance
	}
	return c
}

// effortNumbers leaves out the default: a request that names no effort lets the model do as it does.
var effortNumbers = map[room.Effort]llmv1.Effort{room.NoEffort: llmv1.Effort_EFFORT_NONE, room.LowEffort: llmv1.Effort_EFFORT_LOW,
	room.MediumEffort: llmv1.Effort_EFFORT_MEDIUM, room.HighEffort: llmv1.Effort_EFFORT_HIGH}

func effortNamed(number llmv1.Effort) room.Effort {
	for name, n := range effortNumbers {
		if n == number {
			return name
		}
	}
	return room.DefaultEffort
}

func reasoning(r *llmv1.Reasoning) ai.Reasoning {
	modes := map[llmv1.ReasoningMode]ai.ReasoningMode{llmv1.ReasoningMode_REASONING_MODE_OPTIONAL: ai.MayThink, llmv1.ReasoningMode_REASONING_MODE_ALWAYS: ai.AlwaysThinks}
	out := ai.Reasoning{Mode: cmp.Or(modes[r.GetMode()], ai.NeverThinks), Usual: effortNamed(r.GetDefaultEffort()), Allowances: map[room.Effort]int64{}}
	for _, e := range r.GetEfforts() {
		out.Efforts = append(out.Efforts, effortNamed(e))
	}
	for _, a := range r.GetAllowances() {
		out.Allowances[effortNamed(a.GetEffort())] = count(a.GetTokens())
	}
	return out
}

func read(event *llmv1.StreamEvent) (ai.Chunk, error) {
	switch e := event.GetEvent().(type) {
	case *llmv1.StreamEvent_Thinking:
		return ai.Chunk{Thinking: &ai.Thinking{Text: e.Thinking.GetText(), Elapsed: time.Duration(min(e.Thinking.GetElapsedMs(), 1<<31)) * time.Millisecond,
			Tokens: count(e.Thinking.GetTokens())}}, nil
	case *llmv1.StreamEvent_Text:
		return ai.Chunk{Text: e.Text.GetText()}, nil
	case *llmv1.StreamEvent_Usage:
		return ai.Chunk{Usage: &ai.Usage{InputTokens: count(e.Usage.GetInputTokens()), CachedInputTokens: count(e.Usage.GetCachedInputTokens()),
			OutputTokens: count(e.Usage.GetOutputTokens()), ReasoningTokens: count(e.Usage.GetReasoningTokens()), Estimated: e.Usage.GetEstimated()}}, nil
	case *llmv1.StreamEvent_Finished:
		switch e.Finished.GetFinishReason() {
		case llmv1.FinishReason_FINISH_REASON_CANCELLED:
			return ai.Chunk{}, &ai.Failure{Code: "cancelled"}
		case llmv1.FinishReason_FINISH_REASON_LENGTH:
			return ai.Chunk{Finish: ai.Length}, nil
		case llmv1.FinishReason_FINISH_REASON_CONTENT_FILTER:
			return ai.Chunk{Finish: ai.ContentFilter}, nil
		case llmv1.FinishReason_FINISH_REASON_STOP, llmv1.FinishReason_FINISH_REASON_UNSPECIFIED:
		}
		return ai.Chunk{Finish: ai.Stop}, nil
	case *llmv1.StreamEvent_Failed:
		return ai.Chunk{}, failure(e.Failed, nil)
	}
	return ai.Chunk{}, nil
}

// EstimateTokens counts a prompt by the gateway's own tokenisers.
func (g *GRPC) EstimateTokens(ctx context.Context, r ai.Request) ([]int, error) {
	out, err := ask(ctx, g, func(ctx context.Context, api llmv1.LLMGatewayClient) (*llmv1.EstimateTokensResponse, error) {
		return api.EstimateTokens(ctx, &llmv1.EstimateTokensRequest{Provider: r.Provider, Model: r.Model, Messages: messages(r.Lines)})
	})
	if err != nil {
		return nil, translate(err)
	}
	counts := make([]int, len(out.GetMessages()))
	for i, n := range out.GetMessages() {
		counts[i] = int(count(n))
	}
	return counts, nil
}

// Models lists what the gateway knows.
func (g *GRPC) Models(ctx context.Context) ([]ai.Model, error) {
	out, err := ask(ctx, g, func(ctx context.Context, api llmv1.LLMGatewayClient) (*llmv1.ListModelsResponse, error) {
		return api.ListModels(ctx, &llmv1.ListModelsRequest{})
	})
	if err != nil {
		return nil, translate(err)
	}
	list := make([]ai.Model, len(out.GetItems()))
	for i, m := range out.GetItems() {
		list[i] = ai.Model{ID: m.GetId(), Provider: m.GetProvider(), DisplayName: m.GetDisplayName(), ContextWindow: count(m.GetContextWindow()),
			MaxOutputTokens: count(m.GetMaxOutputTokens()), Vision: m.GetVision(), Streaming: m.GetStreaming(), Deprecated: m.GetDeprecated(),
			Reasoning: reasoning(m.GetReasoning()), Known: m.GetKnown(),
			Price:      ai.Price{Input: m.GetPrice().GetInput(), CachedInput: m.GetPrice().GetCachedInput(), Output: m.GetPrice().GetOutput()},
			Weights:    ai.NewWeights(count(m.GetWeights().GetInput()), count(m.GetWeights().GetOutput())),
			Configured: m.GetState() == llmv1.ProviderState_PROVIDER_STATE_AVAILABLE || m.GetState() == llmv1.ProviderState_PROVIDER_STATE_DOWN,
			Available:  m.GetState() == llmv1.ProviderState_PROVIDER_STATE_AVAILABLE}
	}
	return list, nil
}

func messages(lines []ai.Line) []*llmv1.Message {
	list := make([]*llmv1.Message, len(lines))
	roles := map[ai.Speaker]llmv1.Role{ai.SpeaksSystem: llmv1.Role_ROLE_SYSTEM, ai.SpeaksUser: llmv1.Role_ROLE_USER, ai.SpeaksAssistant: llmv1.Role_ROLE_ASSISTANT}
	for i, l := range lines {
		list[i] = &llmv1.Message{Role: roles[l.Speaker], Name: l.Author, Content: []*llmv1.Part{{Part: &llmv1.Part_Text{Text: l.Text}}}}
	}
	return list
}

var codeNames = map[llmv1.ErrorCode]string{
	llmv1.ErrorCode_ERROR_CODE_INVALID_REQUEST: "invalid_request", llmv1.ErrorCode_ERROR_CODE_AUTHENTICATION: "authentication",
	llmv1.ErrorCode_ERROR_CODE_PERMISSION: "permission", llmv1.ErrorCode_ERROR_CODE_NOT_FOUND: "not_found",
	llmv1.ErrorCode_ERROR_CODE_RATE_LIMITED: "rate_limited", llmv1.ErrorCode_ERROR_CODE_CONTEXT_TOO_LONG: "context_too_long",
	llmv1.ErrorCode_ERROR_CODE_CONTENT_BLOCKED: "content_blocked", llmv1.ErrorCode_ERROR_CODE_OVERLOADED: "overloaded",
	llmv1.ErrorCode_ERROR_CODE_TIMEOUT: "timeout", llmv1.ErrorCode_ERROR_CODE_UNAVAILABLE: "unavailable",
	llmv1.ErrorCode_ERROR_CODE_CANCELLED: "cancelled", llmv1.ErrorCode_ERROR_CODE_INTERNAL: "internal",
}

func failure(f *llmv1.Failure, cause error) *ai.Failure {
	name, known := codeNames[f.GetCode()]
	if !known {
		name = "unavailable"
	}
	return &ai.Failure{Code: name, RetryAfter: time.Duration(min(f.GetRetryAfterMs(), 1<<31)) * time.Millisecond, Cause: cause}
}

// translate turns a gRPC status into the domain's failure: by its details, else by its code.
func translate(err error) error {
	st := status.Convert(err)
	for _, d := range st.Details() {
		if f, ok := d.(*llmv1.Failure); ok {
			return failure(f, err)
		}
	}
	names := map[codes.Code]string{codes.InvalidArgument: "invalid_request", codes.NotFound: "not_found", codes.ResourceExhausted: "overloaded",
		codes.DeadlineExceeded: "timeout", codes.Canceled: "cancelled", codes.Internal: "internal", codes.Unauthenticated: "authentication", codes.PermissionDenied: "permission"}
	name, known := names[st.Code()]
	if !known {
		name = "unavailable"
	}
	return &ai.Failure{Code: name, Cause: err}
}

func count(n uint64) int64 { return int64(min(n, 1<<62)) }
