package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbudgets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

// NewMonitoring rings when something is wrong: about thirty alarms for the
// whole stage, and a budget. Email is who is told; empty: only the topic.
func NewMonitoring(app awscdk.App, s stage.Stage, queues []contract.Queue, email string) awscdk.Stack {
	stack := newStack(app, s, "monitoring", "alarms and budget", false)
	topic := bell(stack, s.Resource("alarms"), email)
	ring(stack, s, topic, alarms(s, queues, alarmIDs{
		http:      constructs.Published(stack, s.Parameter(constructs.HTTPAPIParameter)),
		websocket: constructs.Published(stack, s.Parameter(constructs.WebSocketAPIParameter)),
	}))
	budget(stack, s, topic)
	return stack
}

// NewEdgeMonitoring rings for the edge: the numbers of CloudFront and its
// firewall are in CloudFront's region only, and an alarm must be where they are.
func NewEdgeMonitoring(app awscdk.App, s stage.Stage, email string) awscdk.Stack {
	stack := newStack(app, s.AtTheEdge(), "edge-monitoring", "alarms of the edge", false)
	distribution := asked(stack, "DistributionId", "Output of the stack edge", "E.+")
	ring(stack, s, bell(stack, s.Resource("edge-alarms"), email), edgeAlarms(s, *distribution))
	return stack
}

func bell(stack awscdk.Stack, name, email string) awssns.Topic {
	topic := awssns.NewTopic(stack, jsii.String("Bell"), &awssns.TopicProps{TopicName: jsii.String(name), EnforceSSL: constructs.Yes()})
	if email != "" {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(email), nil))
	}
	mayRing(stack, topic)
	return topic
}

func ring(stack awscdk.Stack, s stage.Stage, topic awssns.Topic, alarms []alarm) {
	action := awscloudwatchactions.NewSnsAction(topic)
	for _, a := range alarms {
		newAlarm(stack, s, a).AddAlarmAction(action)
	}
}

// mayRing lets alarms and budgets of this account publish. The rule that refuses
// what comes without TLS gives the topic a policy of its own, and with that SNS
// forgets its default, which lets everything in the account in.
func mayRing(stack awscdk.Stack, topic awssns.Topic) {
	for _, service := range []string{"cloudwatch.amazonaws.com", "budgets.amazonaws.com"} {
		topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(service), nil)},
			Actions:    jsii.Strings("sns:Publish"), Resources: &[]*string{topic.TopicArn()},
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()}},
		}))
	}
}

func newAlarm(stack awscdk.Stack, s stage.Stage, a alarm) awscloudwatch.Alarm {
	metric := a.of.metric(a.seconds)
	if a.perCentOf != nil {
		metric = awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Expression: jsii.String("IF(whole > 20, 100 * part / whole, 0)"), // a few failures among few requests are no rate
			Period:     constructs.Seconds(a.seconds),
			UsingMetrics: &map[string]awscloudwatch.IMetric{
				"part": a.of.metric(a.seconds), "whole": a.perCentOf.metric(a.seconds),
			},
		})
	}
	comparison, missing := awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD, awscloudwatch.TreatMissingData_NOT_BREACHING
	if a.under {
		comparison = awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD
	}
	if a.silence {
		missing = awscloudwatch.TreatMissingData_BREACHING
	}
	return awscloudwatch.NewAlarm(stack, jsii.String(a.id), &awscloudwatch.AlarmProps{
		AlarmName: jsii.String(s.Resource(a.id)), AlarmDescription: jsii.String(a.means), Metric: metric,
		Threshold: constructs.Num(a.over), EvaluationPeriods: constructs.Num(a.periods),
		ComparisonOperator: comparison, TreatMissingData: missing,
	})
}

func (m measure) metric(seconds int) awscloudwatch.IMetric {
	dimensions := map[string]*string{}
	for name, value := range m.dimensions {
		dimensions[name] = jsii.String(value)
	}
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String(m.namespace), MetricName: jsii.String(m.name), Statistic: jsii.String(m.statistic),
		DimensionsMap: &dimensions, Period: constructs.Seconds(seconds),
	})
}

// budget rings at 80 % spent and when the forecast goes over all of it.
func budget(stack awscdk.Stack, s stage.Stage, topic awssns.Topic) {
	tell := func(kind string, percent int) *awsbudgets.CfnBudget_NotificationWithSubscribersProperty {
		return &awsbudgets.CfnBudget_NotificationWithSubscribersProperty{
			Notification: &awsbudgets.CfnBudget_NotificationProperty{
				NotificationType: jsii.String(kind), ComparisonOperator: jsii.String("GREATER_THAN"),
				Threshold: constructs.Num(percent), ThresholdType: jsii.String("PERCENTAGE"),
			},
			Subscribers: &[]any{&awsbudgets.CfnBudget_SubscriberProperty{SubscriptionType: jsii.String("SNS"), Address: topic.TopicArn()}},
		}
	}
	made := awsbudgets.NewCfnBudget(stack, jsii.String("Budget"), &awsbudgets.CfnBudgetProps{
		Budget: &awsbudgets.CfnBudget_BudgetDataProperty{
			BudgetName: jsii.String(s.ID()), BudgetType: jsii.String("COST"), TimeUnit: jsii.String("MONTHLY"),
			BudgetLimit: &awsbudgets.CfnBudget_SpendProperty{Amount: constructs.Num(s.Monitoring.MonthlyBudgetUSD), Unit: jsii.String("USD")},
		},
		NotificationsWithSubscribers: &[]any{tell("ACTUAL", 80), tell("FORECASTED", 100)},
	})
	// Budgets refuses a topic that it may not publish to yet.
	made.Node().AddDependency(topic.Node().FindChild(jsii.String("Policy")))
}
