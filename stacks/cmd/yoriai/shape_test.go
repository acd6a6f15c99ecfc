package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

func TestTheLocalStageHasNothingThatCannotRunOnOneMachine(t *testing.T) {
	fine := []string{
		"ApiGatewayV2::", "DynamoDB::Table", "IAM::", "S3::Bucket", "Lambda::", "Logs::LogGroup", "SQS::", "SSM::Parameter", "Scheduler::Schedule", "StepFunctions::StateMachine", "Custom::Schema",
	}
	for stack, template := range templates(t, stage.Local) {
		for id, r := range template.Resources {
			known := slices.ContainsFunc(fine, func(kind string) bool {
				return strings.HasPrefix(strings.TrimPrefix(r.Type, "AWS::"), kind)
			})
			if !known || r.Type == "AWS::ApiGatewayV2::RouteResponse" || r.At("VpcConfig") != nil {
				t.Errorf("local %s/%s is a %s", stack, id, r.Type)
			}
		}
	}
}

func TestFunctionsStandInsideOrOutsideByTheirNeeds(t *testing.T) {
	for _, name := range awsStages {
		for n, f := range declared(t) {
			there := goFunctions(t, name)[n]
			inside := there.At("VpcConfig") != nil
			if inside != f.InNetwork() {
				t.Errorf("%s %s needs %v; inside: %v", name, n, f.Needs, inside)
			}
			if inside && there.At("VpcConfig", "Ipv6AllowedForDualStack") != true {
				t.Errorf("%s %s is inside, yet cannot leave by IPv6", name, n)
			}
			if inside && len(there.List("VpcConfig", "SubnetIds")) != 2 {
				t.Errorf("%s %s is not in both zones", name, n)
			}
		}
	}
}

func TestAFunctionThatNeedsBothSidesIsRefused(t *testing.T) {
	for _, inside := range []contract.Need{contract.Postgres, contract.Redis, contract.Gateway} {
		f := contract.Function{Kind: contract.HTTP, Name: "pay", Memory: 256, Timeout: 10, Needs: []contract.Need{inside, contract.Internet}}
		if f.Validate() == nil {
			t.Errorf("%v were placed", f.Needs)
		}
	}
}

func TestTheNetwork(t *testing.T) {
	for _, name := range awsStages {
		s := templates(t, name)
		for _, e := range s.Of("AWS::EC2::VPCEndpoint") {
			service := synth.JSON(e.At("ServiceName"))
			if strings.Contains(service, "execute-api") {
				t.Errorf("%s: an execute-api endpoint turns the public APIs into 403", name)
			}
			if e.Text("VpcEndpointType") != "Gateway" {
				t.Errorf("%s: %s costs by the hour", name, service)
			}
		}
		if got := len(s.Of("AWS::EC2::VPCEndpoint")); got != 2 {
			t.Errorf("%s: %d gateway endpoints, want DynamoDB and S3", name, got)
		}
		for _, subnet := range s.Of("AWS::EC2::Subnet") {
			if subnet.At("Ipv6CidrBlock") == nil || subnet.At("AssignIpv6AddressOnCreation") != true {
				t.Errorf("%s: %s is not dual-stack", name, subnet.ID)
			}
		}
		if len(s.Of("AWS::EC2::EgressOnlyInternetGateway")) != 1 {
			t.Errorf("%s: functions leave by an egress-only gateway", name)
		}
		for _, group := range s.Of("AWS::EC2::SecurityGroup") {
			for _, rule := range group.List("SecurityGroupIngress") {
				if text := synth.JSON(rule); strings.Contains(text, "0.0.0.0/0") || strings.Contains(text, "::/0") {
					t.Errorf("%s: %s is open: %s", name, group.ID, text)
				}
			}
			if strings.HasPrefix(group.ID, "Functions") && !strings.Contains(synth.JSON(group.List("SecurityGroupEgress")), `"CidrIpv6":"::/0"`) {
				t.Errorf("%s: functions have no rule out over IPv6", name)
			}
		}
		if got := len(s.Of("AWS::EC2::NatGateway")); got != stageNamed(t, name).Network.NATGateways {
			t.Errorf("%s: %d NAT gateways", name, got)
		}
	}
}

func TestBothAPIsSpeakIPv6AndHaveNoAuthorizer(t *testing.T) {
	for _, name := range allStages {
		s := templates(t, name)
		for _, api := range s.Of("AWS::ApiGatewayV2::Api") {
			if api.Text("IpAddressType") != "dualstack" {
				t.Errorf("%s: %s is %q", name, api.ID, api.Text("IpAddressType"))
			}
		}
		if got := s.Of("AWS::ApiGatewayV2::Authorizer"); len(got) > 0 {
			t.Errorf("%s: sessions are verified in the functions, yet there is %s", name, got[0].ID)
		}
		var stages []string
		for _, st := range s.Of("AWS::ApiGatewayV2::Stage") {
			stages = append(stages, st.Text("StageName"))
			if strings.Contains(st.Text("AccessLogSettings", "Format"), "query") {
				t.Errorf("%s: query strings are never logged", name)
			}
		}
		if !slices.Contains(stages, "api") || !slices.Contains(stages, "ws") {
			t.Errorf("%s: stages %v", name, stages)
		}
	}
}

func TestOnlyHeartbeatsAreAnswered(t *testing.T) {
	for _, name := range awsStages {
		s := templates(t, name)
		responses := s.Of("AWS::ApiGatewayV2::RouteResponse")
		if len(responses) != 1 {
			t.Fatalf("%s: %d route responses", name, len(responses))
		}
		route := s["realtime"].Resources[reference(responses[0].At("RouteId"))]
		if route.Text("RouteKey") != "heartbeat" {
			t.Errorf("%s: %s is answered", name, route.Text("RouteKey"))
		}
	}
}

func TestTheOriginSecret(t *testing.T) {
	for _, name := range awsStages {
		distribution := templates(t, name).Of("AWS::CloudFront::Distribution")[0]
		secretTo := map[string]bool{}
		hosts := map[string]string{}
		for _, o := range distribution.List("DistributionConfig", "Origins") {
			object, _ := o.(map[string]any)
			id, _ := object["Id"].(string)
			hosts[id] = synth.JSON(object["DomainName"])
			secretTo[id] = strings.Contains(synth.JSON(object["OriginCustomHeaders"]), stacks.OriginSecretHeader)
			if object["OriginPath"] != nil && object["OriginPath"] != "" {
				t.Errorf("%s: origin %s has a path", name, id)
			}
		}
		check := func(pattern, target string, secret bool) {
			if secretTo[target] != secret {
				t.Errorf("%s: %s goes to %s (%s), which is told the secret: %v", name, pattern, target, hosts[target], secretTo[target])
			}
		}
		check("*", distribution.Text("DistributionConfig", "DefaultCacheBehavior", "TargetOriginId"), true)
		seen := 0
		for _, b := range distribution.List("DistributionConfig", "CacheBehaviors") {
			object, _ := b.(map[string]any)
			pattern, _ := object["PathPattern"].(string)
			target, _ := object["TargetOriginId"].(string)
			secret := pattern == "api/*" || pattern == "ws"
			if secret {
				seen++
			}
			check(pattern, target, secret)
		}
		if seen != 2 {
			t.Errorf("%s: no behaviour for api/* or ws", name)
		}
	}
	for _, name := range allStages {
		for n, f := range declared(t) {
			there := goFunctions(t, name)[n]
			told := there.At("Environment", "Variables", "ORIGIN_SECRET_ARN") != nil
			if called := f.Kind == contract.HTTP || n == "connect"; told != called {
				t.Errorf("%s %s: told the origin secret: %v", name, n, told)
			}
		}
	}
}

func TestOnlyTheWatchdogMayCallItself(t *testing.T) {
	for _, name := range allStages {
		for n, f := range goFunctions(t, name) {
			if got, want := f.Text("RecursiveLoop"), map[bool]string{true: "Allow"}[n == "ai-watchdog"]; got != want {
				t.Errorf("%s %s: RecursiveLoop %q", name, n, got)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	for _, name := range allStages {
		permissions := map[string]int{}
		for stack, template := range templates(t, name) {
			if len(template.Resources) > 450 {
				t.Errorf("%s %s has %d of 500 resources", name, stack, len(template.Resources))
			}
			for id, r := range template.Resources {
				switch r.Type {
				case "AWS::Lambda::Function":
					if size := environmentSize(r); size > 3500 {
						t.Errorf("%s %s: %d bytes of environment", name, id, size)
					}
				case "AWS::Lambda::Permission":
					permissions[stack+"/"+reference(r.At("FunctionName"))]++
				case "AWS::ApiGatewayV2::Route":
					permissions[stack+"/routes"]++
				}
			}
		}
		for f, n := range permissions {
			if !strings.HasSuffix(f, "/routes") && n != 1 {
				t.Errorf("%s %s has %d permissions", name, f, n)
			}
		}
	}
}

// environmentSize takes 120 bytes for each value that only the deployment knows.
func environmentSize(r synth.Resource) int {
	variables, _ := r.At("Environment", "Variables").(map[string]any)
	size := 0
	for key, value := range variables {
		if text, is := value.(string); is {
			size += len(key) + len(text)
			continue
		}
		size += len(key) + max(120, len(fmt.Sprint(value)))
	}
	return size
}

func TestACollectorIsToldToEverybodyWhoRecords(t *testing.T) {
	s := stageNamed(t, stage.Dev)
	s.OTLPEndpoint = "https://collector.example"
	makeLock.Lock()
	made := synthesise(t, s)
	makeLock.Unlock()
	told := 0
	for _, f := range made.Of("AWS::Lambda::Function") {
		if f.Text("Runtime") != "provided.al2023" {
			continue // the web app's server
		}
		told++
		if f.Text("Environment", "Variables", "OTEL_EXPORTER_OTLP_ENDPOINT") != s.OTLPEndpoint {
			t.Errorf("%s does not know it", f.Text("FunctionName"))
		}
	}
	task := synth.JSON(made.Of("AWS::ECS::TaskDefinition")[0])
	if told < 30 || !strings.Contains(task, s.OTLPEndpoint) {
		t.Errorf("%d functions; the gateway: %s", told, task)
	}
	if strings.Contains(synth.JSON(templates(t, stage.Dev).Of("AWS::Lambda::Function")), "OTEL_") {
		t.Error("without one, nothing is told")
	}
}
