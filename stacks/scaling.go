package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapplicationautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/jsii-runtime-go"

	yoriai "github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

// scale follows the streams in flight: CPU says little about a service that
// waits for providers. An AI worker answers one question at a time over one
// connection, so the load balancer's flows are the streams, and no task has to
// publish anything.
func scale(
	stack awscdk.Stack, s stage.Stage, service awsecs.FargateService,
	balancer awselasticloadbalancingv2.NetworkLoadBalancer, targets awselasticloadbalancingv2.NetworkTargetGroup,
) {
	tasks := service.AutoScaleTaskCount(&awsapplicationautoscaling.EnableScalingProps{
		MinCapacity: yoriai.Num(s.Gateway.MinTasks), MaxCapacity: yoriai.Num(s.Gateway.MaxTasks),
	})
	type data = awsapplicationautoscaling.CfnScalingPolicy_TargetTrackingMetricDataQueryProperty
	ofBalancer := map[string]*string{"LoadBalancer": balancer.LoadBalancerFullName()}
	ofTargets := map[string]*string{"LoadBalancer": balancer.LoadBalancerFullName(), "TargetGroup": targets.TargetGroupFullName()}
	policy := awsapplicationautoscaling.NewCfnScalingPolicy(stack, jsii.String("Streams"), &awsapplicationautoscaling.CfnScalingPolicyProps{
		PolicyName: jsii.String(s.Resource("streams")), PolicyType: jsii.String("TargetTrackingScaling"),
		ResourceId: jsii.String("service/" + s.ID() + "/" + s.Resource(gatewayServiceName)), ServiceNamespace: jsii.String("ecs"),
		ScalableDimension: jsii.String("ecs:service:DesiredCount"),
		TargetTrackingScalingPolicyConfiguration: &awsapplicationautoscaling.CfnScalingPolicy_TargetTrackingScalingPolicyConfigurationProperty{
			TargetValue:      yoriai.Num(s.Gateway.StreamsPerTask),
			ScaleOutCooldown: yoriai.Num(30), ScaleInCooldown: yoriai.Num(deregisterSeconds),
			CustomizedMetricSpecification: &awsapplicationautoscaling.CfnScalingPolicy_CustomizedMetricSpecificationProperty{
				Metrics: &[]any{
					&data{Id: jsii.String("flows"), ReturnData: false, MetricStat: average("ActiveFlowCount_TCP", ofBalancer)},
					&data{Id: jsii.String("tasks"), ReturnData: false, MetricStat: average("HealthyHostCount", ofTargets)},
					&data{Id: jsii.String("each"), ReturnData: true, Expression: jsii.String("flows / tasks")},
				},
			},
		},
	})
	policy.Node().AddDependency(tasks)
}

func average(metric string, dimensions map[string]*string) *awsapplicationautoscaling.CfnScalingPolicy_TargetTrackingMetricStatProperty {
	var named []any
	for _, name := range []string{"LoadBalancer", "TargetGroup"} {
		if value, there := dimensions[name]; there {
			named = append(named, &awsapplicationautoscaling.CfnScalingPolicy_TargetTrackingMetricDimensionProperty{Name: jsii.String(name), Value: value})
		}
	}
	return &awsapplicationautoscaling.CfnScalingPolicy_TargetTrackingMetricStatProperty{
		Stat: jsii.String("Average"),
		Metric: &awsapplicationautoscaling.CfnScalingPolicy_TargetTrackingMetricProperty{
			Namespace: jsii.String("AWS/NetworkELB"), MetricName: jsii.String(metric), Dimensions: &named,
		},
	}
}
