package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/yoriai/yoriai/stacks/stage"
)

// Host is what the functions of one stack share: the stage, one log group, and
// the network as far as somebody there needs it.
type Host struct {
	Stack    awscdk.Stack
	Stage    stage.Stage
	Packages *Packages
	Logs     awslogs.LogGroup

	vpc    awsec2.IVpc
	inside awsec2.ISecurityGroup
}

// NewHost makes the log group of the stack's functions.
func NewHost(stack awscdk.Stack, name string, s stage.Stage, packages *Packages) *Host {
	if packages.standIn {
		RefuseDeployment(stack)
	}
	return &Host{Stack: stack, Stage: s, Packages: packages, Logs: NewLogs(stack, "Logs", "/yoriai/"+string(s.Name)+"/"+name, s)}
}

// NewLogs makes a log group that forgets after the stage's days.
func NewLogs(stack awscdk.Stack, id, name string, s stage.Stage) awslogs.LogGroup {
	retention := map[int]awslogs.RetentionDays{14: awslogs.RetentionDays_TWO_WEEKS, 90: awslogs.RetentionDays_THREE_MONTHS}
	return awslogs.NewLogGroup(stack, Str(id), &awslogs.LogGroupProps{
		LogGroupName: Str(name), Retention: retention[s.LogDays], RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
}

// Names under which the network stack leaves its ids.
const (
	VPCParameter          = "network/vpc"
	SubnetParameter       = "network/function-subnet-"
	FunctionsSGParameter  = "network/functions-security-group"
	DatabaseSGParameter   = "network/database-security-group"
	RedisSGParameter      = "network/redis-security-group"
	GatewaySGParameter    = "network/gateway-security-group"
	PublicSubnetParameter = "network/public-subnet-"
)

// VPC is the stage's network as seen from another stack.
func (h *Host) VPC() awsec2.IVpc {
	if h.vpc == nil {
		h.vpc = ImportVPC(h.Stack, h.Stage)
	}
	return h.vpc
}

// SecurityGroup is the one group of all functions.
func (h *Host) SecurityGroup() awsec2.ISecurityGroup {
	if h.inside == nil {
		h.inside = ImportSecurityGroup(h.Stack, "Functions", h.Stage.Parameter(FunctionsSGParameter))
	}
	return h.inside
}

// ImportVPC reads the ids that the network stack left.
func ImportVPC(stack awscdk.Stack, s stage.Stage) awsec2.IVpc {
	var private, public []string
	for _, zone := range s.Network.Zones {
		private = append(private, Published(stack, s.Parameter(SubnetParameter+zone)))
		public = append(public, Published(stack, s.Parameter(PublicSubnetParameter+zone)))
	}
	vpc := awsec2.Vpc_FromVpcAttributes(stack, Str("Network"), &awsec2.VpcAttributes{
		VpcId:             Str(Published(stack, s.Parameter(VPCParameter))),
		AvailabilityZones: Strs(s.Network.Zones...),
		PrivateSubnetIds:  Strs(private...),
		PublicSubnetIds:   Strs(public...),
	})
	for _, subnet := range *vpc.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		// Routes are made where the network is: nobody here asks for the tables.
		awscdk.Annotations_Of(subnet).AcknowledgeWarning(Str("@aws-cdk/aws-ec2:noSubnetRouteTableId"), nil)
	}
	return vpc
}

// ImportSecurityGroup reads a group that the network stack left. Its rules are
// made there and nowhere else.
func ImportSecurityGroup(stack awscdk.Stack, id, parameter string) awsec2.ISecurityGroup {
	return awsec2.SecurityGroup_FromSecurityGroupId(stack, Str(id), Str(Published(stack, parameter)),
		&awsec2.SecurityGroupImportOptions{Mutable: No()})
}

// RefuseDeployment puts a rule into the template that CloudFormation can never
// fulfil: the template holds placeholders instead of programs.
func RefuseDeployment(stack awscdk.Stack) {
	awscdk.NewCfnRule(stack, Str("Built"), &awscdk.CfnRuleProps{
		Assertions: &[]*awscdk.CfnRuleAssertion{{
			Assert:            awscdk.Fn_ConditionEquals("placeholders", "programs"),
			AssertDescription: Str("This template was made without programs: deploy by make deploy"),
		}},
	})
}
