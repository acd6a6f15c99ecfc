package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

// accessLog is one line per request. Query strings are left out: they carry tickets.
const accessLog = `{"request_id":"$context.requestId","ip":"$context.identity.sourceIp","method":"$context.httpMethod",` +
	`"path":"$context.path","route":"$context.routeKey","status":"$context.status","bytes":"$context.responseLength",` +
	`"latency_ms":"$context.responseLatency","integration_error":"$context.integrationErrorMessage"}`

const webAPIParameter = "api/web-id"

// NewAPI makes the HTTP API and the WebSocket API without any route. The edge
// needs their ids, and the functions the edge's address: so the APIs are first
// and their routes come with the functions.
func NewAPI(app awscdk.App, s stage.Stage) awscdk.Stack {
	stack := newStack(app, s, "api", "HTTP and WebSocket APIs, still without routes", false)

	http := awsapigatewayv2.NewHttpApi(stack, constructs.Str("Http"), &awsapigatewayv2.HttpApiProps{
		ApiName:            constructs.Str(s.Resource("http")),
		IpAddressType:      awsapigatewayv2.IpAddressType_DUAL_STACK,
		CreateDefaultStage: constructs.No(),
	})
	httpStage := awsapigatewayv2.NewHttpStage(stack, constructs.Str("HttpStage"), &awsapigatewayv2.HttpStageProps{
		HttpApi:    http,
		StageName:  constructs.Str(constructs.HTTPStage),
		AutoDeploy: constructs.Yes(),
		Throttle:   throttle(s),
	})
	if s.API.AccessLogs {
		logs := constructs.NewLogs(stack, "AccessLogs", "/yoriai/"+string(s.Name)+"/access", s)
		httpStage.Node().DefaultChild().(awsapigatewayv2.CfnStage).SetAccessLogSettings(
			&awsapigatewayv2.CfnStage_AccessLogSettingsProperty{DestinationArn: logs.LogGroupArn(), Format: constructs.Str(accessLog)})
	}

	socket := awsapigatewayv2.NewWebSocketApi(stack, constructs.Str("WebSocket"), &awsapigatewayv2.WebSocketApiProps{
		ApiName:                  constructs.Str(s.Resource("websocket")),
		IpAddressType:            awsapigatewayv2.IpAddressType_DUAL_STACK,
		RouteSelectionExpression: constructs.Str("$request.body.action"),
	})

	if s.Web {
		web := awsapigatewayv2.NewHttpApi(stack, constructs.Str("Web"), &awsapigatewayv2.HttpApiProps{
			ApiName: constructs.Str(s.Resource("web")), IpAddressType: awsapigatewayv2.IpAddressType_DUAL_STACK,
			CreateDefaultStage: constructs.No(),
		})
		awsapigatewayv2.NewHttpStage(stack, constructs.Str("WebStage"), &awsapigatewayv2.HttpStageProps{
			HttpApi: web, StageName: constructs.Str("$default"), AutoDeploy: constructs.Yes(), Throttle: throttle(s),
		})
		constructs.Publish(stack, "WebId", s.Parameter(webAPIParameter), *web.ApiId())
	}

	constructs.Publish(stack, "HttpId", s.Parameter(constructs.HTTPAPIParameter), *http.ApiId())
	constructs.Publish(stack, "WebSocketId", s.Parameter(constructs.WebSocketAPIParameter), *socket.ApiId())
	constructs.Output(stack, "HttpApiId", *http.ApiId())
	constructs.Output(stack, "WebSocketApiId", *socket.ApiId())
	return stack
}

func throttle(s stage.Stage) *awsapigatewayv2.ThrottleSettings {
	return &awsapigatewayv2.ThrottleSettings{
		RateLimit: constructs.Num(s.API.RatePerSecond), BurstLimit: constructs.Num(s.API.Burst),
	}
}

// httpAPI and webSocketAPI are the APIs as seen from the stacks of their routes.
func httpAPI(stack awscdk.Stack, s stage.Stage) awsapigatewayv2.IHttpApi {
	return awsapigatewayv2.HttpApi_FromHttpApiAttributes(stack, constructs.Str("Http"), &awsapigatewayv2.HttpApiAttributes{
		HttpApiId: constructs.Str(constructs.Published(stack, s.Parameter(constructs.HTTPAPIParameter))),
	})
}

func webSocketAPI(stack awscdk.Stack, s stage.Stage) awsapigatewayv2.IWebSocketApi {
	return awsapigatewayv2.WebSocketApi_FromWebSocketApiAttributes(stack, constructs.Str("WebSocket"), &awsapigatewayv2.WebSocketApiAttributes{
		WebSocketId: constructs.Str(constructs.Published(stack, s.Parameter(constructs.WebSocketAPIParameter))),
	})
}
