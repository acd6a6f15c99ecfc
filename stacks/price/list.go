package price

import (
	"fmt"

	"github.com/yoriai/yoriai/stacks/synth"
)

// List is what AWS asks in a region, in US dollars; names say per what, and no
// free tier is counted. Compared on 2026-11-24 with published copies of AWS's
// price pages, for us-east-1: Fargate (vantage.sh and cloudburn.io, March 2026),
// Valkey (usage.ai, June 2026); for ap-northeast-1: Fargate on x86 and logs
// (clyr.co.jp, September 2025; ARM is a fifth less in both regions). The rest is
// AWS's pages as remembered from 2025: look them up before a decision rests on them.
type List struct {
	AuroraACUHour, AuroraStorageGBMonth                float64 // aws.amazon.com/rds/aurora/pricing (Standard)
	ProxyACUHour, ProxyMinimumACU                      float64 // aws.amazon.com/rds/proxy/pricing
	NATHour, PublicIPv4Hour                            float64 // aws.amazon.com/vpc/pricing
	FargateVCPUHour, FargateGBHour, SpotShare          float64 // aws.amazon.com/fargate/pricing (Linux/ARM)
	NLBHour                                            float64 // aws.amazon.com/elasticloadbalancing/pricing
	HostedZoneMonth                                    float64 // aws.amazon.com/route53/pricing
	ValkeyGBHour, ValkeyMinimumGB                      float64 // aws.amazon.com/elasticache/pricing (serverless)
	WebACLMonth, WAFRuleMonth                          float64 // aws.amazon.com/waf/pricing
	AlarmMetricMonth                                   float64 // aws.amazon.com/cloudwatch/pricing
	SecretMonth                                        float64 // aws.amazon.com/secrets-manager/pricing
	LambdaGBSecond, LambdaRequest, ProvisionedGBSecond float64 // aws.amazon.com/lambda/pricing (ARM)
	PollerHour                                         float64 // the same page, event source mappings
	SQSRequest                                         float64 // aws.amazon.com/sqs/pricing (standard)
	ScheduledCall                                      float64 // aws.amazon.com/eventbridge/pricing
	HTTPRequest, SocketMessage, SocketMinute           float64 // aws.amazon.com/api-gateway/pricing
	TableRead, TableWrite                              float64 // aws.amazon.com/dynamodb/pricing/on-demand
	LogGB                                              float64 // aws.amazon.com/cloudwatch/pricing
	EdgeRequest, EdgeFunction, WAFRequest              float64 // aws.amazon.com/cloudfront/pricing, …/waf/pricing
}

const million = 1_000_000

// Lists are the prices of the regions that a stage can be in.
var Lists = map[string]List{"us-east-1": usEast1, "ap-northeast-1": apNortheast1}

// ListOf returns the prices where the stage is: most of it, for CloudFront's part
// costs the same wherever it is.
func ListOf(s synth.Stage) (List, error) {
	region := s["api"].Region
	list, there := Lists[region]
	if !there {
		return List{}, fmt.Errorf("no price list of region %q", region)
	}
	return list, nil
}

var usEast1 = List{
	AuroraACUHour: 0.12, AuroraStorageGBMonth: 0.10,
	ProxyACUHour: 0.015, ProxyMinimumACU: 8,
	NATHour: 0.045, PublicIPv4Hour: 0.005,
	FargateVCPUHour: 0.03238, FargateGBHour: 0.00356, SpotShare: 0.33, // the market's price moves
	NLBHour:         0.0225,
	HostedZoneMonth: 0.50,
	ValkeyGBHour:    0.084, ValkeyMinimumGB: 0.1,
	WebACLMonth: 5, WAFRuleMonth: 1,
	AlarmMetricMonth: 0.10,
	SecretMonth:      0.40,
	LambdaGBSecond:   0.0000133334, LambdaRequest: 0.20 / million, ProvisionedGBSecond: 0.0000033334,
	PollerHour:    0.00925,
	SQSRequest:    0.40 / million,
	ScheduledCall: 1.00 / million,
	HTTPRequest:   1.00 / million, SocketMessage: 1.00 / million, SocketMinute: 0.25 / million,
	TableRead: 0.125 / million, TableWrite: 0.625 / million,
	LogGB:       0.50,
	EdgeRequest: 1.00 / million, EdgeFunction: 0.10 / million, WAFRequest: 0.60 / million,
}

var apNortheast1 = List{
	AuroraACUHour: 0.20, AuroraStorageGBMonth: 0.12,
	ProxyACUHour: 0.025, ProxyMinimumACU: 8,
	NATHour: 0.062, PublicIPv4Hour: 0.005,
	FargateVCPUHour: 0.04045, FargateGBHour: 0.00442, SpotShare: 0.33,
	NLBHour:         0.0243,
	HostedZoneMonth: 0.50,
	ValkeyGBHour:    0.101, ValkeyMinimumGB: 0.1,
	WebACLMonth: 5, WAFRuleMonth: 1,
	AlarmMetricMonth: 0.10,
	SecretMonth:      0.40,
	LambdaGBSecond:   0.0000133334, LambdaRequest: 0.20 / million, ProvisionedGBSecond: 0.0000043068,
	PollerHour:    0.01193,
	SQSRequest:    0.40 / million,
	ScheduledCall: 1.25 / million,
	HTTPRequest:   1.29 / million, SocketMessage: 1.26 / million, SocketMinute: 0.315 / million,
	TableRead: 0.1425 / million, TableWrite: 0.715 / million,
	LogGB:       0.76,
	EdgeRequest: 1.20 / million, EdgeFunction: 0.10 / million, WAFRequest: 0.60 / million,
}
