package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/yoriai/yoriai/stacks/contract"
)

// FunctionProps is what a function may have beyond what its contract says.
type FunctionProps struct {
	Environment map[string]string
	Rights      []awsiam.PolicyStatement
	// Loops: the function sends messages to its own queue on purpose.
	Loops bool
	// Once: an asynchronous call that failed is not repeated (the next one comes anyway).
	Once bool
}

// NewFunction makes a Go function: its binary, a role with just the rights that
// its needs imply, and its place inside or outside of the network. What it
// returns is the alias with warm environments where the stage keeps some.
func NewFunction(scope constructs.Construct, h *Host, f contract.Function, props FunctionProps) awslambda.IFunction {
	role := awsiam.NewRole(scope, Str("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(Str("lambda.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"needs": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{
				Statements: pointer(append(h.permissions(f), props.Rights...)),
			}),
		},
	})
	env := h.environment(f)
	for name, value := range props.Environment {
		env[name] = Str(value)
	}
	warm := h.Stage.Provisioned[f.Name]
	if warm > 0 {
		// A version keeps the values that it was published with, and the CDK publishes
		// one only if the template changed: parameters that are read at deployment
		// (the database, the gateway, the public key) would stay what they were.
		env["YORIAI_DEPLOYMENT"] = Str(h.Stage.Deployment)
	}
	packed := h.Packages.of(f)
	fn := &awslambda.FunctionProps{
		FunctionName: Str(h.Stage.Resource(f.Name)),
		Description:  Str("functions/" + string(f.Kind) + "/" + f.Name),
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: architecture(h.Stage.Architecture),
		Handler:      Str("bootstrap"),
		Code:         awslambda.Code_FromAsset(Str(packed.path), &awss3assets.AssetOptions{AssetHash: Str(packed.hash)}),
		MemorySize:   Num(f.Memory),
		Timeout:      Seconds(f.Timeout),
		Environment:  &env,
		Role:         role,
		LogGroup:     h.Logs,
		Tracing:      awslambda.Tracing_DISABLED, // OpenTelemetry in the process (aws.md)
	}
	if h.inNetwork(f) {
		fn.Vpc = h.VPC()
		fn.VpcSubnets = &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS}
		fn.SecurityGroups = &[]awsec2.ISecurityGroup{h.SecurityGroup()}
		fn.Ipv6AllowedForDualStack = Yes()
	}
	if props.Loops {
		fn.RecursiveLoop = awslambda.RecursiveLoop_ALLOW
	}
	if props.Once {
		fn.RetryAttempts = Num(0)
	}
	function := awslambda.NewFunction(scope, Str("Function"), fn)
	if warm > 0 {
		return awslambda.NewAlias(scope, Str("Live"), &awslambda.AliasProps{
			AliasName: Str("live"), Version: function.CurrentVersion(), ProvisionedConcurrentExecutions: Num(warm),
		})
	}
	return function
}

func architecture(name string) awslambda.Architecture {
	if name == "arm64" {
		return awslambda.Architecture_ARM_64()
	}
	return awslambda.Architecture_X86_64()
}

func pointer[T any](list []T) *[]T { return &list }

// Group is a scope of its own within a stack, so that what belongs to one
// function has its name in front.
func Group(scope constructs.Construct, name string) constructs.Construct {
	return constructs.NewConstruct(scope, jsii.String(name))
}
