package stacks

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsrds"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

const (
	databaseName      = "yoriai"
	databaseOwner     = "postgres"
	ownerURLParameter = "database/owner-url"
	// 17 has transaction_timeout; pausing at 0 ACU needs 16.3 or later. Raised here
	// and nowhere else: if AWS raised it, the next change would ask for less again.
	engineVersion = "17.5"
	engineFamily  = "aurora-postgresql17"
)

// NewDatabase makes Aurora PostgreSQL. Everyone logs in by IAM, the owner too:
// there is no database password anywhere.
func NewDatabase(app awscdk.App, s stage.Stage) awscdk.Stack {
	stack := newStack(app, s, "database", "Aurora PostgreSQL", true)
	subnets := awsrds.NewCfnDBSubnetGroup(stack, constructs.Str("Subnets"), &awsrds.CfnDBSubnetGroupProps{
		DbSubnetGroupDescription: constructs.Str("Inside the network"), SubnetIds: constructs.Strs(insideSubnets(stack, s)...),
	})
	protected := s.Protected
	cluster := awsrds.NewCfnDBCluster(stack, constructs.Str("Cluster"), &awsrds.CfnDBClusterProps{
		DbClusterIdentifier:              constructs.Str(s.ID()),
		DatabaseName:                     constructs.Str(databaseName),
		Engine:                           constructs.Str("aurora-postgresql"),
		EngineVersion:                    constructs.Str(engineVersion),
		DbClusterParameterGroupName:      parameterGroup(stack, s).Ref(),
		DbSubnetGroupName:                subnets.Ref(),
		VpcSecurityGroupIds:              constructs.Strs(constructs.Published(stack, s.Parameter(constructs.DatabaseSGParameter))),
		NetworkType:                      constructs.Str("DUAL"),
		MasterUsername:                   constructs.Str(databaseOwner),
		MasterUserAuthenticationType:     constructs.Str("iam-db-auth"),
		EnableIamDatabaseAuthentication:  true,
		StorageEncrypted:                 true,
		BackupRetentionPeriod:            constructs.Num(s.Database.BackupDays),
		CopyTagsToSnapshot:               true,
		DeletionProtection:               protected,
		EnableCloudwatchLogsExports:      constructs.Strs("postgresql"),
		ServerlessV2ScalingConfiguration: scaling(s.Database),
	})
	cluster.ApplyRemovalPolicy(removal(s), nil)
	// RDS would make the group itself, to be kept for ever.
	cluster.Node().AddDependency(constructs.NewLogs(stack, "Logs", "/aws/rds/cluster/"+s.ID()+"/postgresql", s))
	instances := []string{"Writer"}
	if s.Database.Reader {
		instances = append(instances, "Reader")
	}
	var made []awscdk.CfnResource
	for _, name := range instances {
		instance := awsrds.NewCfnDBInstance(stack, constructs.Str(name), &awsrds.CfnDBInstanceProps{
			DbClusterIdentifier: cluster.Ref(), DbInstanceClass: constructs.Str("db.serverless"),
			Engine: constructs.Str("aurora-postgresql"), PubliclyAccessible: false, AutoMinorVersionUpgrade: false,
		})
		instance.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
		made = append(made, instance)
	}

	endpoint, identity := *cluster.AttrEndpointAddress(), *cluster.AttrDbClusterResourceId()
	// Migrations always use the cluster: the proxy pins on what they do.
	constructs.Publish(stack, "OwnerUrl", s.Parameter(ownerURLParameter), databaseURL(databaseOwner, endpoint))
	if s.Database.Proxy {
		proxy := newProxy(stack, s, cluster, identity, made)
		endpoint, identity = *proxy.AttrEndpoint(), proxyID(proxy)
	}
	constructs.Publish(stack, "Url", s.Parameter(constructs.DatabaseURLParameter), databaseURL(constructs.DatabaseRole, endpoint))
	constructs.Publish(stack, "ResourceId", s.Parameter(constructs.DatabaseResourceParameter), identity)
	constructs.Publish(stack, "OwnerResourceId", s.Parameter(ownerResourceParameter), *cluster.AttrDbClusterResourceId())
	return stack
}

const ownerResourceParameter = "database/owner-resource-id"

func databaseURL(user, host string) string {
	return "postgres://" + user + "@" + host + ":5432/" + databaseName + "?sslmode=verify-full&sslrootcert=" + constructs.AuthoritiesPath
}

func scaling(d stage.Database) *awsrds.CfnDBCluster_ServerlessV2ScalingConfigurationProperty {
	capacity := &awsrds.CfnDBCluster_ServerlessV2ScalingConfigurationProperty{
		MinCapacity: constructs.Num(d.MinACU), MaxCapacity: constructs.Num(d.MaxACU),
	}
	if d.PauseAfterSecs > 0 {
		capacity.SecondsUntilAutoPause = constructs.Num(d.PauseAfterSecs)
	}
	return capacity
}

func parameterGroup(stack awscdk.Stack, s stage.Stage) awsrds.CfnDBClusterParameterGroup {
	// An error's details quote the row, and a row may be a message.
	parameters := map[string]any{"rds.force_ssl": "1", "log_error_verbosity": "terse"}
	if s.Database.IdleSessionLimit > 0 {
		// An idle connection would keep the database awake.
		parameters["idle_session_timeout"] = strconv.Itoa(s.Database.IdleSessionLimit)
	}
	return awsrds.NewCfnDBClusterParameterGroup(stack, constructs.Str("Parameters"), &awsrds.CfnDBClusterParameterGroupProps{
		Family: constructs.Str(engineFamily), Description: constructs.Str("Yoriai"), Parameters: parameters,
	})
}

// removal keeps the last state of a protected database as a snapshot.
func removal(s stage.Stage) awscdk.RemovalPolicy {
	if s.Protected {
		return awscdk.RemovalPolicy_SNAPSHOT
	}
	return awscdk.RemovalPolicy_DESTROY
}

// newProxy puts RDS Proxy in front, with IAM all the way. It costs at least $88
// a month, and keeps a database from pausing.
func newProxy(stack awscdk.Stack, s stage.Stage, cluster awsrds.CfnDBCluster, identity string, instances []awscdk.CfnResource) awsrds.CfnDBProxy {
	role := awsiam.NewRole(stack, constructs.Str("ProxyRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(constructs.Str("rds.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"connect": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
				constructs.Allow([]string{"rds-db:connect"}, constructs.ARN(stack, "rds-db", "dbuser:"+identity+"/"+constructs.DatabaseRole)),
			}}),
		},
	})
	proxy := awsrds.NewCfnDBProxy(stack, constructs.Str("Proxy"), &awsrds.CfnDBProxyProps{
		DbProxyName: constructs.Str(s.ID()), EngineFamily: constructs.Str("POSTGRESQL"), DefaultAuthScheme: constructs.Str("IAM_AUTH"),
		RequireTls: true, RoleArn: role.RoleArn(), VpcSubnetIds: constructs.Strs(insideSubnets(stack, s)...),
		VpcSecurityGroupIds: constructs.Strs(constructs.Published(stack, s.Parameter(constructs.DatabaseSGParameter))),
	})
	target := awsrds.NewCfnDBProxyTargetGroup(stack, constructs.Str("ProxyTarget"), &awsrds.CfnDBProxyTargetGroupProps{
		DbProxyName: proxy.Ref(), TargetGroupName: constructs.Str("default"), DbClusterIdentifiers: &[]*string{cluster.Ref()},
	})
	for _, instance := range instances {
		target.AddDependency(instance)
	}
	return proxy
}

// proxyID is the last part of the proxy's ARN: permissions to connect name it.
func proxyID(proxy awsrds.CfnDBProxy) string {
	return *awscdk.Fn_Select(constructs.Num(6), awscdk.Fn_Split(constructs.Str(":"), proxy.AttrDbProxyArn(), nil))
}

func insideSubnets(stack awscdk.Stack, s stage.Stage) []string {
	var ids []string
	for _, zone := range s.Network.Zones {
		ids = append(ids, constructs.Published(stack, s.Parameter(constructs.SubnetParameter+zone)))
	}
	return ids
}
