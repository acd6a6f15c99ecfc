// Package price computes from the synthesised templates what a stage costs:
// in a month in which nobody uses it, and for 1,000 answers of the AI.
package price

import (
	"fmt"
	"strings"

	"github.com/yoriai/yoriai/stacks/synth"
)

const hours = 730.0 // in a month, as AWS counts

// Line is one item of a bill.
type Line struct {
	What string
	USD  float64
}

// Bill is items and their sum.
type Bill []Line

// Total is the sum of the items.
func (b Bill) Total() float64 {
	var sum float64
	for _, l := range b {
		sum += l.USD
	}
	return sum
}

func (b Bill) String() string {
	var text strings.Builder
	for _, l := range b {
		fmt.Fprintf(&text, "  %9.2f  %s\n", l.USD, l.What)
	}
	fmt.Fprintf(&text, "  %9.2f  together\n", b.Total())
	return text.String()
}

func (b *Bill) add(what string, usd float64) {
	if usd > 0 {
		*b = append(*b, Line{what, usd})
	}
}

// secrets are made beforehand (cmd/keys), so no template has them.
const secrets = 3

// Idle is the price of a month without any use.
func Idle(s synth.Stage, p List) Bill {
	if len(s.Of("AWS::CloudFront::Distribution")) == 0 {
		return nil // a stage on one's own machine
	}
	var b Bill
	b.add("Aurora", database(s, p))
	b.add("RDS Proxy", float64(len(s.Of("AWS::RDS::DBProxy")))*p.ProxyACUHour*p.ProxyMinimumACU*hours)
	b.add("NAT gateways", float64(len(s.Of("AWS::EC2::NatGateway")))*(p.NATHour+p.PublicIPv4Hour)*hours)
	b.add("gateway tasks", tasks(s, p))
	b.add("load balancer", float64(len(s.Of("AWS::ElasticLoadBalancingV2::LoadBalancer")))*p.NLBHour*hours)
	b.add("private DNS zone", float64(len(s.Of("AWS::ServiceDiscovery::PrivateDnsNamespace")))*p.HostedZoneMonth)
	b.add("Valkey", float64(len(s.Of("AWS::ElastiCache::ServerlessCache")))*p.ValkeyGBHour*p.ValkeyMinimumGB*hours)
	b.add("firewall", firewall(s, p))
	b.add("alarms", alarms(s, p))
	b.add("secrets", secrets*p.SecretMonth)
	b.add("warm environments", warm(s, p))
	b.add("waiting for queues", waiting(s, p))
	b.add("schedules", scheduled(s, p))
	return b
}

func database(s synth.Stage, p List) float64 {
	var usd float64
	for _, cluster := range s.Of("AWS::RDS::DBCluster") {
		least := cluster.Number("ServerlessV2ScalingConfiguration", "MinCapacity")
		usd += float64(len(s.Of("AWS::RDS::DBInstance")))*least*p.AuroraACUHour*hours + p.AuroraStorageGBMonth
	}
	return usd
}

func tasks(s synth.Stage, p List) float64 {
	var usd float64
	for _, service := range s.Of("AWS::ECS::Service") {
		for _, task := range s.Of("AWS::ECS::TaskDefinition") {
			var cpu, memory float64
			_, _ = fmt.Sscan(task.Text("Cpu"), &cpu)
			_, _ = fmt.Sscan(task.Text("Memory"), &memory)
			hour := cpu/1024*p.FargateVCPUHour + memory/1024*p.FargateGBHour
			if strings.Contains(synth.JSON(service.At("CapacityProviderStrategy")), "FARGATE_SPOT") {
				hour *= p.SpotShare
			}
			if service.Text("NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp") == "ENABLED" {
				hour += p.PublicIPv4Hour
			}
			usd += service.Number("DesiredCount") * hour * hours
		}
	}
	return usd
}

func firewall(s synth.Stage, p List) float64 {
	var usd float64
	for _, acl := range s.Of("AWS::WAFv2::WebACL") {
		usd += p.WebACLMonth + float64(len(acl.List("Rules")))*p.WAFRuleMonth
	}
	return usd
}

// alarms are charged by the metrics that they look at.
func alarms(s synth.Stage, p List) float64 {
	var metrics float64
	for _, alarm := range s.Of("AWS::CloudWatch::Alarm") {
		looked := 0
		for _, m := range alarm.List("Metrics") {
			if strings.Contains(synth.JSON(m), "MetricStat") {
				looked++
			}
		}
		metrics += float64(max(1, looked))
	}
	return metrics * p.AlarmMetricMonth
}

func warm(s synth.Stage, p List) float64 {
	var usd float64
	for _, alias := range s.Of("AWS::Lambda::Alias") {
		n := alias.Number("ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions")
		function := s[alias.Stack].Resources[ref(alias.At("FunctionName"))]
		usd += n * function.Number("MemorySize") / 1024 * p.ProvisionedGBSecond * hours * 3600
	}
	for _, source := range s.Of("AWS::Lambda::EventSourceMapping") {
		usd += source.Number("ProvisionedPollerConfig", "MinimumPollers") * p.PollerHour * hours
	}
	return usd
}

// waiting: an idle source asks its queue by two long polls of 20 s.
func waiting(s synth.Stage, p List) float64 {
	const polls = 2 * 3600 / 20 * hours
	var sources float64
	for _, source := range s.Of("AWS::Lambda::EventSourceMapping") {
		if source.At("ProvisionedPollerConfig") == nil {
			sources++
		}
	}
	return sources * polls * p.SQSRequest
}

// scheduled: a sweep that finds nothing to do takes 50 ms.
func scheduled(s synth.Stage, p List) float64 {
	var usd float64
	for _, schedule := range s.Of("AWS::Scheduler::Schedule") {
		calls := hours / 24 // a day's
		if schedule.Text("ScheduleExpression") == "rate(1 minute)" {
			calls = hours * 60
		}
		usd += calls * (p.ScheduledCall + p.LambdaRequest + 0.05*256/1024*p.LambdaGBSecond + p.TableRead)
	}
	return usd
}

func ref(value any) string {
	object, _ := value.(map[string]any)
	name, _ := object["Ref"].(string)
	return name
}
