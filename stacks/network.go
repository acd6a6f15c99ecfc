package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

const (
	postgresPort = 5432
	redisPort    = 6379
	grpcPort     = 50051
	restPort     = 8090
	loadBalancer = "network/load-balancer-security-group"
)

// NewNetwork makes the dual-stack VPC. Functions leave it by IPv6, which costs
// nothing; IPv4 leaves only where a stage pays for a NAT gateway. DynamoDB and
// S3 are reached by their free gateway endpoints. There is no execute-api
// endpoint: with its private DNS the public APIs would answer 403 from inside.
func NewNetwork(app awscdk.App, s stage.Stage) awscdk.Stack {
	stack := newStack(app, s, "network", "dual-stack VPC and its security groups", true)
	vpc := awsec2.NewVpc(stack, constructs.Str("VPC"), &awsec2.VpcProps{
		VpcName:                      constructs.Str(s.ID()),
		IpProtocol:                   awsec2.IpProtocol_DUAL_STACK,
		AvailabilityZones:            constructs.Strs(s.Network.Zones...),
		NatGateways:                  constructs.Num(s.Network.NATGateways),
		RestrictDefaultSecurityGroup: constructs.No(), // would need a custom resource; nothing uses the group
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: constructs.Str("public"), SubnetType: awsec2.SubnetType_PUBLIC, CidrMask: constructs.Num(22), MapPublicIpOnLaunch: constructs.No()},
			{Name: constructs.Str("inside"), SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS, CidrMask: constructs.Num(20)},
		},
		GatewayEndpoints: &map[string]*awsec2.GatewayVpcEndpointOptions{
			"DynamoDB": {Service: awsec2.GatewayVpcEndpointAwsService_DYNAMODB()},
			"S3":       {Service: awsec2.GatewayVpcEndpointAwsService_S3()},
		},
	})
	placeByID(s.Network.Zones, *vpc.PrivateSubnets(), *vpc.PublicSubnets())
	constructs.Publish(stack, "VpcId", s.Parameter(constructs.VPCParameter), *vpc.VpcId())
	publishSubnets(stack, s, "Inside", constructs.SubnetParameter, *vpc.PrivateSubnets())
	publishSubnets(stack, s, "Public", constructs.PublicSubnetParameter, *vpc.PublicSubnets())
	secure(stack, s, vpc)
	return stack
}

// placeByID puts subnets into zones by the zones' ids, for which the CDK has no
// property: by name they would be other zones in every account.
func placeByID(zones []string, kinds ...[]awsec2.ISubnet) {
	for _, subnets := range kinds {
		for i, subnet := range subnets {
			made := subnet.Node().DefaultChild().(awsec2.CfnSubnet)
			made.SetAvailabilityZone(nil)
			made.SetAvailabilityZoneId(constructs.Str(zones[i]))
		}
	}
}

func publishSubnets(stack awscdk.Stack, s stage.Stage, id, parameter string, subnets []awsec2.ISubnet) {
	for i, subnet := range subnets {
		zone := s.Network.Zones[i]
		constructs.Publish(stack, fmt.Sprintf("%sSubnet%d", id, i+1), s.Parameter(parameter+zone), *subnet.SubnetId())
	}
}

// secure makes all security groups and every rule between them. Nothing may
// come in from the internet; what may leave is said.
func secure(stack awscdk.Stack, s stage.Stage, vpc awsec2.Vpc) {
	group := func(id, parameter, description string) awsec2.SecurityGroup {
		made := awsec2.NewSecurityGroup(stack, constructs.Str(id), &awsec2.SecurityGroupProps{
			Vpc: vpc, Description: constructs.Str(description), AllowAllOutbound: constructs.No(),
		})
		constructs.Publish(stack, id+"Id", s.Parameter(parameter), *made.SecurityGroupId())
		return made
	}
	functions := group("Functions", constructs.FunctionsSGParameter, "Functions inside the network")
	database := group("Database", constructs.DatabaseSGParameter, "PostgreSQL")
	gateway := group("Gateway", constructs.GatewaySGParameter, "LLM gateway tasks")

	flow(functions, database, postgresPort, "SQL")
	https := awsec2.Port_Tcp(constructs.Num(443))
	functions.AddEgressRule(awsec2.Peer_AnyIpv6(), https, constructs.Str("AWS over IPv6"), nil)
	functions.AddEgressRule(awsec2.Peer_AnyIpv4(), https, constructs.Str("DynamoDB and S3 by their gateway endpoints"), nil)
	gateway.AddEgressRule(awsec2.Peer_AnyIpv4(), https, constructs.Str("AI providers"), nil)
	gateway.AddEgressRule(awsec2.Peer_AnyIpv6(), https, constructs.Str("AI providers and AWS over IPv6"), nil)

	if s.Redis.Serverless {
		redis := group("Redis", constructs.RedisSGParameter, "Valkey")
		flow(functions, redis, redisPort, "Valkey")
	}
	switch s.Gateway.Balancing {
	case stage.CloudMap:
		flow(functions, gateway, grpcPort, "gRPC")
	case stage.NLB:
		balancer := group("LoadBalancer", loadBalancer, "Load balancer of the LLM gateway")
		flow(functions, balancer, grpcPort, "gRPC")
		flow(balancer, gateway, grpcPort, "gRPC")
		flow(balancer, gateway, restPort, "health checks")
	case stage.NoBalancing:
	}
}

// flow lets one group call another on a port: out of the one, into the other.
func flow(from, to awsec2.SecurityGroup, port int, what string) {
	tcp := awsec2.Port_Tcp(constructs.Num(port))
	// The rule out is a resource of its own so that the two groups do not need each other.
	awsec2.NewCfnSecurityGroupEgress(from, constructs.Str("To"+*to.Node().Id()+fmt.Sprint(port)), &awsec2.CfnSecurityGroupEgressProps{
		GroupId: from.SecurityGroupId(), DestinationSecurityGroupId: to.SecurityGroupId(), IpProtocol: constructs.Str("tcp"),
		FromPort: constructs.Num(port), ToPort: constructs.Num(port), Description: constructs.Str(what),
	})
	to.AddIngressRule(awsec2.Peer_SecurityGroupId(from.SecurityGroupId(), nil), tcp, constructs.Str(what), nil)
}
