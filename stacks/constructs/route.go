package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2integrations"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/yoriai/yoriai/stacks/contract"
)

// Route is a route of an API with its integration.
type Route = constructs.Construct

// NewRouteFunction makes the function of one HTTP operation, its route, and the
// one permission to call it by that route.
func NewRouteFunction(h *Host, api awsapigatewayv2.IHttpApi, route contract.Route) Route {
	scope := Group(h.Stack, route.Function.Name)
	function := NewFunction(scope, h, route.Function, FunctionProps{})
	return awsapigatewayv2.NewHttpRoute(scope, Str("Route"), &awsapigatewayv2.HttpRouteProps{
		HttpApi:     api,
		RouteKey:    awsapigatewayv2.HttpRouteKey_With(Str(route.Path), awsapigatewayv2.HttpMethod(route.Method)),
		Integration: awsapigatewayv2integrations.NewHttpLambdaIntegration(Str("Integration"), function, nil),
	})
}

// NewSocketFunction makes the function of one WebSocket route and the route. An
// answered route sends what the function returns back on the same connection.
func NewSocketFunction(h *Host, api awsapigatewayv2.IWebSocketApi, socket contract.Socket) Route {
	scope := Group(h.Stack, socket.Function.Name)
	function := NewFunction(scope, h, socket.Function, FunctionProps{})
	answered := socket.Answered && h.Stage.API.RouteResponses
	return awsapigatewayv2.NewWebSocketRoute(scope, Str("Route"), &awsapigatewayv2.WebSocketRouteProps{
		WebSocketApi:   api,
		RouteKey:       Str(socket.RouteKey),
		ReturnResponse: &answered,
		Integration:    awsapigatewayv2integrations.NewWebSocketLambdaIntegration(Str(id(socket.RouteKey)), function, nil),
	})
}

func id(routeKey string) string { return strings.TrimPrefix(routeKey, "$") + "Integration" }

// APIHost is where API Gateway serves an API.
func APIHost(scope constructs.Construct, api string) string {
	return api + ".execute-api." + *stackRegion(scope) + ".amazonaws.com"
}
