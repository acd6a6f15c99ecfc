// Package apigateway posts to sockets: through API Gateway, or inside a test's process.
package apigateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
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
		// A delta that is refused is healed by the offset rule; a retry would only add to the throttled account's load.
		o.Retryer = aws.NopRetryer{}
	})}
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
