package stacks

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2integrations"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

// WebBuild is what OpenNext made of the web app.
type WebBuild struct {
	server  string // the folder of the server function
	standIn bool   // nothing was built, this is a placeholder
}

// WebDoor is the folder, below the repository, of what stands before the server
// function and checks the origin secret.
const WebDoor = "stacks/door"

// FindWebBuild returns ErrNotBuilt if the web app was not built for AWS.
func FindWebBuild(folder string) (WebBuild, error) {
	server := filepath.Join(folder, "server-functions/default")
	if _, err := os.Stat(server); err != nil {
		return WebBuild{}, fmt.Errorf("%w: the web app for AWS (OpenNext): %w", constructs.ErrNotBuilt, err)
	}
	return WebBuild{server: server}, nil
}

// StandInWeb stands in for a web app that was not built.
func StandInWeb() (WebBuild, error) {
	folder, err := os.MkdirTemp("", "yoriai-placeholder-web-")
	if err != nil {
		return WebBuild{}, err
	}
	return WebBuild{server: folder, standIn: true}, os.WriteFile(filepath.Join(folder, "index.mjs"), []byte("// placeholder"), 0o600)
}

// NewWeb renders the web app's pages: OpenNext's server function behind an HTTP
// API (a signed function URL refuses bodies). The pages are all dynamic, so
// there is neither a cache bucket nor a revalidation queue. Its own calls go to
// the HTTP API's host: through the edge, the firewall would count the calls of
// all its users against the few addresses that it calls from.
func NewWeb(app awscdk.App, s stage.Stage, build WebBuild, door string) awscdk.Stack {
	stack := newStack(app, s, "web", "the web app's server", false)
	if build.standIn {
		constructs.RefuseDeployment(stack)
	}
	logs := constructs.NewLogs(stack, "Logs", "/yoriai/"+string(s.Name)+"/web", s)
	originSecret := constructs.ARN(stack, "secretsmanager", "secret:"+s.Secret(constructs.OriginSecret))
	role := awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"log": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
				constructs.Allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"}, *logs.LogGroupArn()),
				constructs.Allow([]string{"secretsmanager:GetSecretValue"}, originSecret+"-??????"),
			}}),
		},
	})
	layer := awslambda.NewLayerVersion(stack, jsii.String("Door"), &awslambda.LayerVersionProps{
		Description: jsii.String("Turns away what does not come through the edge"), Code: awslambda.Code_FromAsset(jsii.String(door), nil),
	})
	httpHost := constructs.APIHost(stack, constructs.Published(stack, s.Parameter(constructs.HTTPAPIParameter)))
	environment := map[string]*string{
		"YORIAI_STAGE":      jsii.String(string(s.Name)),
		"PUBLIC_ORIGIN":     jsii.String(constructs.Published(stack, s.Parameter(constructs.OriginParameter))),
		"API_INTERNAL_URL":  jsii.String("https://" + httpHost + "/" + constructs.HTTPStage),
		"ORIGIN_SECRET_ARN": jsii.String(originSecret),
	}
	for language, text := range s.CommerceDisclosure {
		environment["COMMERCE_DISCLOSURE_"+strings.ToUpper(language)] = jsii.String(text)
	}
	server := awslambda.NewFunction(stack, jsii.String("Server"), &awslambda.FunctionProps{
		FunctionName: jsii.String(s.Resource("web")),
		Description:  jsii.String("Renders the web app's pages"),
		Runtime:      awslambda.Runtime_NODEJS_22_X(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      jsii.String("/opt/door.handler"),
		Layers:       &[]awslambda.ILayerVersion{layer},
		Code:         awslambda.Code_FromAsset(jsii.String(build.server), nil),
		MemorySize:   constructs.Num(1024),
		Timeout:      constructs.Seconds(29),
		Role:         role,
		LogGroup:     logs,
		Environment:  &environment,
	})
	api := awsapigatewayv2.HttpApi_FromHttpApiAttributes(stack, jsii.String("Http"), &awsapigatewayv2.HttpApiAttributes{
		HttpApiId: jsii.String(constructs.Published(stack, s.Parameter(webAPIParameter))),
	})
	awsapigatewayv2.NewHttpRoute(stack, jsii.String("Pages"), &awsapigatewayv2.HttpRouteProps{
		HttpApi: api, RouteKey: awsapigatewayv2.HttpRouteKey_DEFAULT(),
		Integration: awsapigatewayv2integrations.NewHttpLambdaIntegration(jsii.String("Integration"), server, nil),
	})
	return stack
}
