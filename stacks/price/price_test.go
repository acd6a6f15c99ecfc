package price_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/price"
	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

// templatesOf reads resources as a template has them.
func templatesOf(t *testing.T, resources string) synth.Stage {
	t.Helper()
	var template synth.Template
	if err := json.Unmarshal([]byte(`{"Resources": {"Edge": {"Type": "AWS::CloudFront::Distribution"}, `+resources+`}}`), &template); err != nil {
		t.Fatal(err)
	}
	return synth.Stage{"one": template}
}

// 730 hours, three secrets that no template has.
func TestIdle(t *testing.T) {
	t.Parallel()
	const secrets = 3 * 0.40
	for _, c := range []struct {
		what, resources string
		usd             float64
	}{
		{"two instances that never sleep", `"C": {"Type": "AWS::RDS::DBCluster", "Properties": {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5}}},
			"W": {"Type": "AWS::RDS::DBInstance"}, "R": {"Type": "AWS::RDS::DBInstance"}`, 2*0.5*0.12*730 + 0.10},
		{"a database that sleeps", `"C": {"Type": "AWS::RDS::DBCluster", "Properties": {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0}}},
			"W": {"Type": "AWS::RDS::DBInstance"}`, 0.10},
		{"a NAT gateway and its address", `"N": {"Type": "AWS::EC2::NatGateway"}`, (0.045 + 0.005) * 730},
		{"two tasks", `"S": {"Type": "AWS::ECS::Service", "Properties": {"DesiredCount": 2, "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE"}]}},
			"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Cpu": "1024", "Memory": "2048"}}`, 2 * (0.03238 + 2*0.00356) * 730},
		{"a spot task with an address", `"S": {"Type": "AWS::ECS::Service", "Properties": {"DesiredCount": 1, "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT"}],
			"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}}}},
			"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Cpu": "256", "Memory": "512"}}`, (0.33*(0.25*0.03238+0.5*0.00356) + 0.005) * 730},
		{"a firewall with two rules", `"F": {"Type": "AWS::WAFv2::WebACL", "Properties": {"Rules": [{}, {}]}}`, 7},
		{"an alarm, and one on two metrics", `"A": {"Type": "AWS::CloudWatch::Alarm"},
			"B": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": [{"Expression": "a / b"}, {"MetricStat": {}}, {"MetricStat": {}}]}}`, 0.30},
		{"two warm environments of 512 MB", `"L": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "G"}, "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 2}}},
			"G": {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 512}}`, 2 * 0.5 * 0.0000033334 * 730 * 3600},
	} {
		bill := price.Idle(templatesOf(t, c.resources), price.Lists["us-east-1"])
		if got := bill.Total() - secrets; math.Abs(got-c.usd) > 0.001 {
			t.Errorf("%s: $%.3f, want $%.3f\n%s", c.what, got, c.usd, bill)
		}
	}
}

// The parts that the design was made with: three people watching, 20 s each.
func TestAThousandTurns(t *testing.T) {
	t.Parallel()
	worker := func(interval string) synth.Stage {
		return templatesOf(t, `"W": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "yoriai-dev-ai-replies", "MemorySize": 512,
			"Environment": {"Variables": {"DELTA_INTERVAL_MS": "`+interval+`"}}}}`)
	}
	for _, c := range []struct {
		interval string
		deltas   float64
	}{{"250", 0.24}, {"75", 0.80}, {"200", 0.30}} {
		bill := price.Thousand(worker(c.interval), price.Lists["us-east-1"], price.Usual)
		for _, line := range bill {
			switch {
			case strings.HasPrefix(line.What, "AI worker") && math.Abs(line.USD-0.13) > 0.01:
				t.Errorf("the worker costs $%.3f", line.USD)
			case strings.HasPrefix(line.What, "deltas") && math.Abs(line.USD-c.deltas) > 0.005:
				t.Errorf("deltas every %s ms cost $%.3f, want $%.2f", c.interval, line.USD, c.deltas)
			case line.What == "database" && math.Abs(line.USD-0.03) > 0.005:
				t.Errorf("the database costs $%.3f", line.USD)
			}
		}
		if len(bill) < 5 {
			t.Errorf("%v", bill)
		}
	}
}

func TestAStageOfOnesOwnCostsNothing(t *testing.T) {
	t.Parallel()
	s := synth.Stage{"one": synth.Template{Resources: map[string]synth.Resource{"F": {Type: "AWS::Lambda::Function"}}}}
	if got := price.Idle(s, price.Lists["us-east-1"]).Total() + price.Thousand(s, price.Lists["us-east-1"], price.Usual).Total(); got != 0 {
		t.Errorf("$%.2f", got)
	}
}

func TestAPriceListForEachRegion(t *testing.T) {
	t.Parallel()
	for _, region := range stage.Regions() {
		list, err := price.ListOf(synth.Stage{"api": synth.Template{Region: region}})
		if err != nil {
			t.Error(err)
		}
		prices := reflect.ValueOf(list)
		for i := range prices.NumField() {
			if prices.Field(i).Float() <= 0 {
				t.Errorf("%s: no price for %s", region, prices.Type().Field(i).Name)
			}
		}
	}
	if len(price.Lists) != len(stage.Regions()) {
		t.Error("a price list of nowhere")
	}
	if _, err := price.ListOf(synth.Stage{"api": synth.Template{Region: "mars-1"}}); err == nil {
		t.Error("prices of a region that has none")
	}
}
