package stacks

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsservicediscovery"
	"github.com/aws/jsii-runtime-go"

	yoriai "github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

const (
	// A running answer may take 280 s. A task that stops accepts nothing new,
	// and lets streams finish for drainSeconds of Fargate's stopSeconds.
	drainSeconds        = 110
	stopSeconds         = 120
	deregisterSeconds   = 300
	idleSeconds         = 6000 // a silent stream must not be cut by the load balancer
	providersSecret     = "providers"
	gatewayImage        = "llm-gateway"
	gatewayServiceName  = "gateway"
	privateDNSExtension = ".internal"
)

// NewRegistry makes the repository of the gateway's image, which must exist,
// with an image in it, before the service does.
func NewRegistry(app awscdk.App, s stage.Stage) awscdk.Stack {
	stack := newStack(app, s, "registry", "container images", false)
	awsecr.NewRepository(stack, jsii.String("Gateway"), &awsecr.RepositoryProps{
		RepositoryName:     jsii.String(s.Resource(gatewayImage)),
		ImageScanOnPush:    yoriai.Yes(),
		ImageTagMutability: awsecr.TagMutability_IMMUTABLE,
		RemovalPolicy:      keep(s),
		EmptyOnDelete:      jsii.Bool(!s.Protected),
		LifecycleRules:     &[]*awsecr.LifecycleRule{{MaxImageCount: yoriai.Num(10), Description: jsii.String("the last ten")}},
	})
	return stack
}

// NewGateway runs the LLM gateway on Fargate. Functions reach it over plain
// HTTP/2 by one address: a Cloud Map name in the cheap shape, a network load
// balancer (TCP, passed through) in the other.
func NewGateway(app awscdk.App, s stage.Stage) awscdk.Stack {
	stack := newStack(app, s, "gateway", "the LLM gateway on Fargate", false)
	vpc := yoriai.ImportVPC(stack, s)
	cluster := awsecs.NewCluster(stack, jsii.String("Cluster"), &awsecs.ClusterProps{
		ClusterName: jsii.String(s.ID()), Vpc: vpc,
		ContainerInsightsV2: awsecs.ContainerInsights_DISABLED,
	})
	task := gatewayTask(stack, s)
	props := &awsecs.FargateServiceProps{
		ServiceName:    jsii.String(s.Resource(gatewayServiceName)),
		Cluster:        cluster,
		TaskDefinition: task,
		DesiredCount:   yoriai.Num(s.Gateway.MinTasks),
		AssignPublicIp: jsii.Bool(s.Gateway.PublicSubnet),
		VpcSubnets:     &awsec2.SubnetSelection{SubnetType: gatewaySubnets(s)},
		SecurityGroups: &[]awsec2.ISecurityGroup{
			yoriai.ImportSecurityGroup(stack, "Tasks", s.Parameter(yoriai.GatewaySGParameter)),
		},
		MinHealthyPercent: yoriai.Num(100), MaxHealthyPercent: yoriai.Num(200),
		CircuitBreaker:             &awsecs.DeploymentCircuitBreaker{Enable: yoriai.Yes(), Rollback: yoriai.Yes()},
		CapacityProviderStrategies: &[]*awsecs.CapacityProviderStrategy{{CapacityProvider: jsii.String(capacity(s)), Weight: yoriai.Num(1)}},
		EnableExecuteCommand:       yoriai.No(),
	}
	var address string
	switch s.Gateway.Balancing {
	case stage.CloudMap:
		address = namedTasks(stack, s, vpc, props)
		newService(stack, cluster, props)
	case stage.NLB:
		address = balancedTasks(stack, s, vpc, newService(stack, cluster, props))
	case stage.NoBalancing:
		panic("a stage that is given its gateway's address has no gateway stack")
	}
	yoriai.Publish(stack, "Address", s.Parameter(yoriai.GatewayParameter), address+":"+strconv.Itoa(grpcPort))
	return stack
}

func gatewayTask(stack awscdk.Stack, s stage.Stage) awsecs.FargateTaskDefinition {
	task := awsecs.NewFargateTaskDefinition(stack, jsii.String("Task"), &awsecs.FargateTaskDefinitionProps{
		Family: jsii.String(s.Resource(gatewayServiceName)), Cpu: yoriai.Num(s.Gateway.CPU), MemoryLimitMiB: yoriai.Num(s.Gateway.MemoryMB),
		RuntimePlatform: &awsecs.RuntimePlatform{
			CpuArchitecture: awsecs.CpuArchitecture_ARM64(), OperatingSystemFamily: awsecs.OperatingSystemFamily_LINUX(),
		},
		ExecutionRole: executionRole(stack, s),
	})
	repository := awsecr.Repository_FromRepositoryName(stack, jsii.String("Repository"), jsii.String(s.Resource(gatewayImage)))
	keys := awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Providers"), jsii.String(s.Secret(providersSecret)))
	secrets := map[string]awsecs.Secret{}
	for _, name := range []string{"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"} {
		secrets[name] = awsecs.Secret_FromSecretsManager(keys, jsii.String(name))
	}
	environment := map[string]*string{
		"GATEWAY_GRPC_ADDR":     jsii.String("0.0.0.0:" + strconv.Itoa(grpcPort)),
		"GATEWAY_REST_ADDR":     jsii.String("0.0.0.0:" + strconv.Itoa(restPort)),
		"GATEWAY_DRAIN_SECONDS": jsii.String(strconv.Itoa(drainSeconds)),
	}
	if s.OTLPEndpoint != "" {
		environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = jsii.String(s.OTLPEndpoint)
	}
	task.AddContainer(jsii.String("gateway"), &awsecs.ContainerDefinitionOptions{
		Image:                  awsecs.ContainerImage_FromEcrRepository(repository, jsii.String(s.Gateway.ImageTag)),
		Secrets:                &secrets,
		ReadonlyRootFilesystem: yoriai.Yes(),
		StopTimeout:            yoriai.Seconds(stopSeconds),
		// Where tasks are found by name, nothing else would notice one that hangs.
		HealthCheck: &awsecs.HealthCheck{
			Command:  jsii.Strings("CMD", "/llm-gateway", "health"), // the image has no shell
			Interval: yoriai.Seconds(15), Timeout: yoriai.Seconds(5), Retries: yoriai.Num(3), StartPeriod: yoriai.Seconds(15),
		},
		Logging: awsecs.LogDriver_AwsLogs(&awsecs.AwsLogDriverProps{
			StreamPrefix: jsii.String("gateway"), LogGroup: yoriai.NewLogs(stack, "Logs", "/yoriai/"+string(s.Name)+"/gateway", s),
		}),
		PortMappings: &[]*awsecs.PortMapping{{ContainerPort: yoriai.Num(grpcPort)}, {ContainerPort: yoriai.Num(restPort)}},
		Environment:  &environment,
	})
	return task
}

// executionRole pulls the image, writes the log and reads the providers' keys.
// The task's own role stays empty: the gateway calls nothing of AWS. A changed
// key is read when the tasks start anew.
func executionRole(stack awscdk.Stack, s stage.Stage) awsiam.Role {
	repository := yoriai.ARN(stack, "ecr", "repository/"+s.Resource(gatewayImage))
	return awsiam.NewRole(stack, jsii.String("ExecutionRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("ecs-tasks.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"start": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
				yoriai.Allow([]string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}, repository),
				yoriai.Allow([]string{"ecr:GetAuthorizationToken"}, "*"), // knows no resources
			}}),
		},
	})
}

func capacity(s stage.Stage) string {
	if s.Gateway.Spot {
		return "FARGATE_SPOT"
	}
	return "FARGATE"
}

func gatewaySubnets(s stage.Stage) awsec2.SubnetType {
	if s.Gateway.PublicSubnet {
		return awsec2.SubnetType_PUBLIC
	}
	return awsec2.SubnetType_PRIVATE_WITH_EGRESS
}

// namedTasks gives the tasks a private DNS name that follows them.
func namedTasks(stack awscdk.Stack, s stage.Stage, vpc awsec2.IVpc, props *awsecs.FargateServiceProps) string {
	namespace := awsservicediscovery.NewPrivateDnsNamespace(stack, jsii.String("Namespace"), &awsservicediscovery.PrivateDnsNamespaceProps{
		Name: jsii.String(s.ID() + privateDNSExtension), Vpc: vpc,
	})
	props.CloudMapOptions = &awsecs.CloudMapOptions{
		CloudMapNamespace: namespace, Name: jsii.String(gatewayServiceName),
		DnsRecordType: awsservicediscovery.DnsRecordType_A, DnsTtl: yoriai.Seconds(10),
	}
	return gatewayServiceName + "." + s.ID() + privateDNSExtension
}

func balancedTasks(stack awscdk.Stack, s stage.Stage, vpc awsec2.IVpc, service awsecs.FargateService) string {
	balancer := awselasticloadbalancingv2.NewNetworkLoadBalancer(stack, jsii.String("LoadBalancer"), &awselasticloadbalancingv2.NetworkLoadBalancerProps{
		LoadBalancerName: jsii.String(s.ID()), Vpc: vpc, InternetFacing: yoriai.No(), CrossZoneEnabled: yoriai.Yes(),
		VpcSubnets:     &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS},
		SecurityGroups: &[]awsec2.ISecurityGroup{yoriai.ImportSecurityGroup(stack, "Balancer", s.Parameter(loadBalancer))},
	})
	listener := balancer.AddListener(jsii.String("Grpc"), &awselasticloadbalancingv2.BaseNetworkListenerProps{
		Port: yoriai.Num(grpcPort), Protocol: awselasticloadbalancingv2.Protocol_TCP, TcpIdleTimeout: yoriai.Seconds(idleSeconds),
	})
	targets := listener.AddTargets(jsii.String("Tasks"), &awselasticloadbalancingv2.AddNetworkTargetsProps{
		Port: yoriai.Num(grpcPort), Protocol: awselasticloadbalancingv2.Protocol_TCP,
		DeregistrationDelay: yoriai.Seconds(deregisterSeconds),
		HealthCheck: &awselasticloadbalancingv2.HealthCheck{
			Protocol: awselasticloadbalancingv2.Protocol_HTTP, Path: jsii.String("/health"), Port: jsii.String(strconv.Itoa(restPort)),
			Interval: yoriai.Seconds(10), HealthyThresholdCount: yoriai.Num(2), UnhealthyThresholdCount: yoriai.Num(2),
		},
		Targets: &[]awselasticloadbalancingv2.INetworkLoadBalancerTarget{
			service.LoadBalancerTarget(&awsecs.LoadBalancerTargetOptions{
				ContainerName: jsii.String("gateway"), ContainerPort: yoriai.Num(grpcPort),
			}),
		},
	})
	scale(stack, s, service, balancer, targets)
	return *balancer.LoadBalancerDnsName()
}
