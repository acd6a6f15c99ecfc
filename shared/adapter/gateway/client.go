// Package gateway calls the LLM gateway over gRPC. It implements ai.LLM; nobody else knows the wire.
package gateway

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"github.com/yoriai/yoriai/shared/adapter/gateway/llmv1"
	"github.com/yoriai/yoriai/shared/domain/ai"
)

const (
	maxMessage    = 32 << 20
	estimateLimit = 3 * time.Second
	modelsLimit   = 3 * time.Second
)

// Client is a connection to the gateway, made on first use.
type Client struct {
	conn *grpc.ClientConn
	api  llmv1.LLMGatewayClient
}

// Dial prepares a connection; it is opened by the first call. A Lambda environment that was frozen comes back with a
// dead socket: keepalive finds out within seconds, and waiting for ready redials.
func Dial(address string) (*Client, error) {
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), // inside the VPC's security group, or on loopback
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 3 * time.Second}, MinConnectTimeout: 5 * time.Second}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 5 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)))
	if err != nil {
		return nil, err
	}
	return &Client{conn: conn, api: llmv1.NewLLMGatewayClient(conn)}, nil
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Stream calls a model and yields what comes. It never retries: the gateway does, before the first token, and an attempt
// calls a provider once.
func (c *Client) Stream(ctx context.Context, r ai.Request) iter.Seq2[ai.Piece, error] {
	return func(yield func(ai.Piece, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // a consumer that stops listening stops the provider
		stream, err := c.api.StreamComplete(ctx, &llmv1.CompletionRequest{Provider: r.Provider, Model: r.Model, Messages: messages(r.Lines),
			MaxOutputTokens: uint32(max(r.MaxOutputTokens, 0)), Metadata: &llmv1.Metadata{RequestId: r.RequestID, RoomId: r.RoomID.String()}})
		if err != nil {
			yield(ai.Piece{}, translate(err))
			return
		}
		finished := false
		for {
			event, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				if !finished {
					yield(ai.Piece{}, &ai.Failure{Code: "unavailable", Cause: io.ErrUnexpectedEOF})
				}
				return
			}
			if err != nil {
				yield(ai.Piece{}, translate(err))
				return
			}
			piece, failure := read(event)
			if failure != nil {
				yield(ai.Piece{}, failure)
				return
			}
			finished = finished || piece.Finished
			if !yield(piece, nil) {
				return
			}
		}
	}
}

func read(event *llmv1.StreamEvent) (ai.Piece, error) {
	switch e := event.GetEvent().(type) {
	case *llmv1.StreamEvent_Text:
		return ai.Piece{Text: e.Text.GetText()}, nil
	case *llmv1.StreamEvent_Usage:
		return ai.Piece{Usage: &ai.Usage{InputTokens: count(e.Usage.GetInputTokens()), OutputTokens: count(e.Usage.GetOutputTokens()), Estimated: e.Usage.GetEstimated()}}, nil
	case *llmv1.StreamEvent_Finished:
		if e.Finished.GetFinishReason() == llmv1.FinishReason_FINISH_REASON_CANCELLED {
			return ai.Piece{}, &ai.Failure{Code: "cancelled"}
		}
		return ai.Piece{Finished: true}, nil
	case *llmv1.StreamEvent_Failed:
		return ai.Piece{}, failure(e.Failed, nil)
	}
	return ai.Piece{}, nil
}

// EstimateTokens counts a prompt by the gateway's own tokenisers.
func (c *Client) EstimateTokens(ctx context.Context, r ai.Request) ([]int, error) {
	ctx, cancel := context.WithTimeout(ctx, estimateLimit)
	defer cancel()
	out, err := c.api.EstimateTokens(ctx, &llmv1.EstimateTokensRequest{Provider: r.Provider, Model: r.Model, Messages: messages(r.Lines)})
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
func (c *Client) Models(ctx context.Context) ([]ai.Model, error) {
	ctx, cancel := context.WithTimeout(ctx, modelsLimit)
	defer cancel()
	out, err := c.api.ListModels(ctx, &llmv1.ListModelsRequest{}, grpc.WaitForReady(true))
	if err != nil {
		return nil, translate(err)
	}
	list := make([]ai.Model, len(out.GetItems()))
	for i, m := range out.GetItems() {
		list[i] = ai.Model{ID: m.GetId(), Provider: m.GetProvider(), DisplayName: m.GetDisplayName(), ContextWindow: count(m.GetContextWindow()),
			MaxOutputTokens: count(m.GetMaxOutputTokens()), Vision: m.GetVision(), Streaming: m.GetStreaming(), Deprecated: m.GetDeprecated(),
			Price:     ai.Price{Input: m.GetPrice().GetInput(), CachedInput: m.GetPrice().GetCachedInput(), Output: m.GetPrice().GetOutput()},
			Weights:   ai.Weights{Input: count(m.GetWeights().GetInput()), Output: count(m.GetWeights().GetOutput())},
			Available: m.GetState() == llmv1.ProviderState_PROVIDER_STATE_AVAILABLE}
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
