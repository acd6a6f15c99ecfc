package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticache"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

// NewCache makes Valkey, serverless, always over TLS. It may forget everything:
// the truth is in the database.
func NewCache(app awscdk.App, s stage.Stage) awscdk.Stack {
	stack := newStack(app, s, "cache", "Valkey", false)
	cache := awselasticache.NewCfnServerlessCache(stack, constructs.Str("Valkey"), &awselasticache.CfnServerlessCacheProps{
		ServerlessCacheName: constructs.Str(s.ID()), Engine: constructs.Str("valkey"), MajorEngineVersion: constructs.Str("8"),
		Description:      constructs.Str("Rate limits, running texts, stop hints"),
		SecurityGroupIds: constructs.Strs(constructs.Published(stack, s.Parameter(constructs.RedisSGParameter))),
		SubnetIds:        constructs.Strs(insideSubnets(stack, s)...),
		CacheUsageLimits: &awselasticache.CfnServerlessCache_CacheUsageLimitsProperty{
			DataStorage: &awselasticache.CfnServerlessCache_DataStorageProperty{
				Maximum: constructs.Num(s.Redis.MaxStorageGB), Unit: constructs.Str("GB"),
			},
			EcpuPerSecond: &awselasticache.CfnServerlessCache_ECPUPerSecondProperty{Maximum: constructs.Num(s.Redis.MaxECPU)},
		},
	})
	constructs.Publish(stack, "Url", s.Parameter(constructs.RedisURLParameter),
		"rediss://"+*cache.AttrEndpointAddress()+":"+*cache.AttrEndpointPort())
	return stack
}
