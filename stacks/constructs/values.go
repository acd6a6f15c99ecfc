// Package constructs holds what repeats in the stacks: a function with just the
// rights it needs, the route that calls it, a queue with its worker, a schedule.
package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Str is a string as the CDK takes it.
func Str(s string) *string { return jsii.String(s) }

// Num is a number as the CDK takes it.
func Num[N int | float64](n N) *float64 { return jsii.Number(float64(n)) }

// Yes and No are booleans as the CDK takes them.
func Yes() *bool { return jsii.Bool(true) }

// No is false as the CDK takes it.
func No() *bool { return jsii.Bool(false) }

// Strs is a list of strings as the CDK takes it.
func Strs(s ...string) *[]*string { return jsii.Strings(s...) }

// Seconds is a duration.
func Seconds(n int) awscdk.Duration { return awscdk.Duration_Seconds(Num(n)) }

// Allow is the permission to do the actions on the resources, and nothing else.
func Allow(actions []string, resources ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: Strs(actions...), Resources: Strs(resources...),
	})
}

// Published reads a value that another stack left under this name. The stacks
// stay independent: CloudFormation forbids to change an export in use, and a
// parameter is read again at each deployment.
func Published(scope constructs.Construct, parameter string) string {
	return *awsssm.StringParameter_ValueForStringParameter(scope, Str(parameter), nil)
}

// Publish leaves a value for other stacks.
func Publish(scope constructs.Construct, id, parameter, value string) {
	awsssm.NewStringParameter(scope, Str(id), &awsssm.StringParameterProps{
		ParameterName: Str(parameter), StringValue: Str(value),
	})
}

// Output shows a value after the deployment and in the outputs file.
func Output(stack awscdk.Stack, id, value string) {
	awscdk.NewCfnOutput(stack, Str(id), &awscdk.CfnOutputProps{Value: Str(value)})
}

// ARN is the name of something of this account and region.
func ARN(scope constructs.Construct, service, resource string) string {
	stack := awscdk.Stack_Of(scope)
	return "arn:" + *stack.Partition() + ":" + service + ":" + *stack.Region() + ":" + *stack.Account() + ":" + resource
}

func stackRegion(scope constructs.Construct) *string { return awscdk.Stack_Of(scope).Region() }
