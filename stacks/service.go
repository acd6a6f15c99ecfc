package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/jsii-runtime-go"
)

// newService makes a Fargate service after its cluster knows the capacity it runs on. The CDK's own switch leaves both
// without an order: ECS then refuses a service whose provider the cluster does not know yet, and, when the stack is deleted,
// to give up a provider that is in use.
func newService(stack awscdk.Stack, cluster awsecs.Cluster, props *awsecs.FargateServiceProps) awsecs.FargateService {
	capacity := awsecs.NewCfnClusterCapacityProviderAssociations(stack, jsii.String("Capacity"), &awsecs.CfnClusterCapacityProviderAssociationsProps{
		Cluster: cluster.ClusterName(), CapacityProviders: jsii.Strings("FARGATE", "FARGATE_SPOT"), DefaultCapacityProviderStrategy: &[]any{},
	})
	service := awsecs.NewFargateService(stack, jsii.String("Service"), props)
	service.Node().AddDependency(capacity)
	return service
}
