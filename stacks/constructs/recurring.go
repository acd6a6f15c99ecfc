package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"

	"github.com/yoriai/yoriai/stacks/contract"
)

// NewRecurring calls a function at the times of the expression. A call that
// failed is not repeated: the next one does the same work.
func NewRecurring(h *Host, f contract.Function, expression string, environment map[string]string) {
	scope := Group(h.Stack, f.Name)
	function := NewFunction(scope, h, f, FunctionProps{Environment: environment, Once: true})
	caller := awsiam.NewRole(scope, Str("Caller"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(Str("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": h.Stack.Account()}},
		}),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"call": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{
				Statements: pointer([]awsiam.PolicyStatement{Allow([]string{"lambda:InvokeFunction"}, *function.FunctionArn())}),
			}),
		},
	})
	awsscheduler.NewCfnSchedule(scope, Str("Schedule"), &awsscheduler.CfnScheduleProps{
		Name:               Str(h.Stage.Resource(f.Name)),
		ScheduleExpression: Str(expression),
		FlexibleTimeWindow: &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: Str("OFF")},
		Target: &awsscheduler.CfnSchedule_TargetProperty{
			Arn: function.FunctionArn(), RoleArn: caller.RoleArn(),
			RetryPolicy: &awsscheduler.CfnSchedule_RetryPolicyProperty{MaximumRetryAttempts: Num(0), MaximumEventAgeInSeconds: Num(60)},
		},
	})
}
