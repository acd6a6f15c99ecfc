package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

// NewRealtime makes the WebSocket routes, their functions, and the stage they
// are served on, which comes last: an API without routes cannot be deployed.
func NewRealtime(app awscdk.App, s stage.Stage, packages *constructs.Packages, sockets []contract.Socket) awscdk.Stack {
	stack := newStack(app, s, "realtime", "the WebSocket routes", false)
	host := constructs.NewHost(stack, "realtime", s, packages)
	api := webSocketAPI(stack, s)
	served := awsapigatewayv2.NewWebSocketStage(stack, constructs.Str("Stage"), &awsapigatewayv2.WebSocketStageProps{
		WebSocketApi: api,
		StageName:    constructs.Str(constructs.WebSocketStage),
		AutoDeploy:   constructs.Yes(),
		Throttle:     throttle(s),
	})
	var made []constructs.Route
	for _, socket := range sockets {
		made = append(made, constructs.NewSocketFunction(host, api, socket))
		served.Node().AddDependency(made[len(made)-1])
	}
	oneByOne(s, made)
	return stack
}
