// Package apigateway posts to sockets: through API Gateway, or inside a test's process.
package apigateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	sdk "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Hub is realtime.MessageHub and realtime.Closer on the WebSocket API's callback.
type Hub struct{ client *sdk.Client }

var (
	_ realtime.MessageHub = (*Hub)(nil)
	_ realtime.Closer     = (*Hub)(nil)
)

// NewHub makes a hub of the callback's address, which ends with the stage.
func NewHub(c aws.Config, callbackURL string) *Hub {
	return &Hub{client: sdk.NewFromConfig(c, func(o *sdk.Options) {
		o.BaseEndpoint = &callbackURL
		o.Retryer = retryer()
	})}
}

// retryer sends once more what went out on a connection that had died while the environment was frozen: nobody answered, so
// nobody refused. What was answered is not sent again: a delta that is refused is healed by the offset rule, and a retry
// would only add to a throttled account's load. A frame that did arrive is dropped by its number or offset.
func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = 2
		o.RateLimiter = ratelimit.None
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		o.Retryables = []retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(err error) aws.Ternary { return aws.BoolTernary(died(err)) })}
	})
}

// died says that a connection ended before an answer began.
func died(err error) bool {
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() != 0 {
		return false
	}
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		strings.Contains(fmt.Sprint(err), "server closed idle connection") // net/http has no value for it
}

// Post implements realtime.MessageHub.
func (h *Hub) Post(ctx context.Context, connectionID string, frame []byte) error {
	_, err := h.client.PostToConnection(ctx, &sdk.PostToConnectionInput{ConnectionId: &connectionID, Data: frame})
	return translate(err)
}

// Close implements realtime.Closer.
func (h *Hub) Close(ctx context.Context, connectionID string) error {
	_, err := h.client.DeleteConnection(ctx, &sdk.DeleteConnectionInput{ConnectionId: &connectionID})
	if err = translate(err); errors.Is(err, realtime.ErrGone) {
		return nil
	}
	return err
}

func translate(err error) error {
	if err == nil {
		return nil
	}
	var gone *types.GoneException
	var limit *types.LimitExceededException
	if errors.As(err, &gone) {
		return realtime.ErrGone
	}
	if errors.As(err, &limit) {
		return realtime.ErrThrottled
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		switch response.HTTPStatusCode() {
		case http.StatusGone:
			return realtime.ErrGone
		case http.StatusTooManyRequests:
			return realtime.ErrThrottled
		}
	}
	return fmt.Errorf("post to a socket: %w", err)
}
