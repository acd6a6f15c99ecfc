package main

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

func TestTheGatewayLetsStreamsFinish(t *testing.T) {
	for _, name := range awsStages {
		task := templates(t, name).Of("AWS::ECS::TaskDefinition")[0]
		container, _ := task.List("ContainerDefinitions")[0].(map[string]any)
		drain := 0
		for _, variable := range container["Environment"].([]any) {
			if object, _ := variable.(map[string]any); object["Name"] == "GATEWAY_DRAIN_SECONDS" {
				drain, _ = strconv.Atoi(object["Value"].(string))
			}
		}
		if stop, _ := container["StopTimeout"].(float64); drain != 110 || stop != 120 {
			t.Errorf("%s: drains %d s of %v", name, drain, stop)
		}
		if container["ReadonlyRootFilesystem"] != true {
			t.Errorf("%s: the gateway may write files", name)
		}
		health := synth.JSON(container["HealthCheck"])
		if !strings.Contains(health, `"CMD","/llm-gateway","health"`) {
			t.Errorf("%s: nobody asks whether the gateway hangs: %s", name, health)
		}
		for _, variable := range container["Environment"].([]any) {
			if strings.Contains(synth.JSON(variable), "KEY") {
				t.Errorf("%s: a key in the environment: %s", name, synth.JSON(variable))
			}
		}
		if len(container["Secrets"].([]any)) != 3 {
			t.Errorf("%s: secrets %v", name, container["Secrets"])
		}
		if architecture := task.Text("RuntimePlatform", "CpuArchitecture"); architecture != "ARM64" {
			t.Errorf("%s: %s", name, architecture)
		}
	}
}

// The cluster knows the capacity before the service wants it, and gives it up after.
func TestAServiceComesAfterItsCapacity(t *testing.T) {
	for _, name := range awsStages {
		s := templates(t, name)
		capacity, service := s.Of("AWS::ECS::ClusterCapacityProviderAssociations"), s.Of("AWS::ECS::Service")[0]
		if len(capacity) != 1 || !slices.Contains(texts(service.DependsOn), capacity[0].ID) {
			t.Fatalf("%s: the service waits for %v, not for %v", name, service.DependsOn, capacity)
		}
		strategy, _ := service.List("CapacityProviderStrategy")[0].(map[string]any)
		if provider, _ := strategy["CapacityProvider"].(string); !slices.Contains(texts(capacity[0].At("CapacityProviders")), provider) {
			t.Errorf("%s: the cluster lacks %s", name, provider)
		}
	}
}

func TestTheShapesOfTheGateway(t *testing.T) {
	for _, name := range awsStages {
		st, s := stageNamed(t, name), templates(t, name)
		service := s.Of("AWS::ECS::Service")[0]
		public := service.Text("NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp") == "ENABLED"
		named := len(s.Of("AWS::ServiceDiscovery::Service")) == 1
		balanced := len(s.Of("AWS::ElasticLoadBalancingV2::LoadBalancer")) == 1
		scaled := len(s.Of("AWS::ApplicationAutoScaling::ScalingPolicy")) == 1
		cheap := st.Gateway.Balancing == stage.CloudMap
		if public != cheap || named != cheap || balanced == cheap || scaled == cheap {
			t.Errorf("%s: public %v, named %v, balanced %v, scaled %v", name, public, named, balanced, scaled)
		}
		if int(service.Number("DesiredCount")) != st.Gateway.MinTasks {
			t.Errorf("%s: %v tasks", name, service.Number("DesiredCount"))
		}
		if service.At("DeploymentConfiguration", "DeploymentCircuitBreaker", "Rollback") != true {
			t.Errorf("%s: a bad image is not rolled back", name)
		}
		for _, balancer := range s.Of("AWS::ElasticLoadBalancingV2::LoadBalancer") {
			if balancer.Text("Scheme") != "internal" || balancer.Text("Type") != "network" {
				t.Errorf("%s: %s %s", name, balancer.Text("Scheme"), balancer.Text("Type"))
			}
			attributes := synth.JSON(s.Of("AWS::ElasticLoadBalancingV2::TargetGroup")[0].List("TargetGroupAttributes")) +
				synth.JSON(s.Of("AWS::ElasticLoadBalancingV2::Listener")[0].List("ListenerAttributes"))
			for _, wanted := range []string{`"deregistration_delay.timeout_seconds","Value":"300"`, `"tcp.idle_timeout.seconds","Value":"6000"`} {
				if !strings.Contains(attributes, wanted) {
					t.Errorf("%s: %s lacks %s", name, attributes, wanted)
				}
			}
		}
	}
}

func TestTheProxyIsASwitch(t *testing.T) {
	s := stageNamed(t, stage.Prod)
	if len(templates(t, stage.Prod).Of("AWS::RDS::DBProxy")) != 0 {
		t.Error("the proxy is on")
	}
	s.Database.Proxy = true
	made := synthesise(t, s)
	proxy := made.Of("AWS::RDS::DBProxy")
	if len(proxy) != 1 || proxy[0].At("RequireTLS") != true || proxy[0].Text("DefaultAuthScheme") != "IAM_AUTH" {
		t.Fatalf("%v", proxy)
	}
	// Functions go through the proxy, migrations around it.
	values := map[string]string{}
	for _, p := range made.Of("AWS::SSM::Parameter") {
		values[p.Text("Name")] = synth.JSON(p.At("Value"))
	}
	if !strings.Contains(values[s.Parameter("database/url")], proxy[0].ID) || strings.Contains(values[s.Parameter("database/owner-url")], proxy[0].ID) {
		t.Errorf("%v", values)
	}
	// Named statements would pin the proxy: who goes through it must know.
	told := map[string]int{}
	for _, f := range made.Of("AWS::Lambda::Function") {
		told[f.Text("Environment", "Variables", "DATABASE_PROXY")]++
	}
	for _, f := range templates(t, stage.Prod).Of("AWS::Lambda::Function") {
		if f.Text("Environment", "Variables", "DATABASE_PROXY") == "true" {
			t.Errorf("%s is told of a proxy that is not there", f.Text("FunctionName"))
		}
	}
	if told["true"] < 20 || told["false"] != 1 {
		t.Errorf("%v; only migrations go around the proxy", told)
	}
}

func TestTheEdge(t *testing.T) {
	for _, name := range awsStages {
		s := templates(t, name)
		config := s.Of("AWS::CloudFront::Distribution")[0]
		if reference(config.At("DistributionConfig", "WebACLId")) != "FirewallArn" {
			t.Errorf("%s: no firewall at the edge", name)
		}
		for _, b := range append(config.List("DistributionConfig", "CacheBehaviors"), config.At("DistributionConfig", "DefaultCacheBehavior")) {
			object, _ := b.(map[string]any)
			if object["ViewerProtocolPolicy"] != "redirect-to-https" {
				t.Errorf("%s: %v is served without TLS", name, object["PathPattern"])
			}
			// What answers differently to different people is passed on as it is (the
			// managed policy AllViewerExceptHostHeader) and never kept (CachingDisabled).
			methods, _ := object["AllowedMethods"].([]any)
			if dynamic := len(methods) > 3; dynamic && (object["OriginRequestPolicyId"] != "b689b0a8-53d0-40ab-baf2-68738e2966ac" ||
				object["CachePolicyId"] != "4135ea2d-6df8-44a3-9df3-4b5a84be39ad") {
				t.Errorf("%s: %v is kept", name, object["PathPattern"])
			}
		}
		if log := synth.JSON(s["api"].Resources); strings.Contains(log, "querystring") {
			t.Errorf("%s: query strings are logged", name)
		}
	}
}

// The edge's own function, run as it is.
func TestArriving(t *testing.T) {
	code := templates(t, stage.Dev).Of("AWS::CloudFront::Function")[0].Text("FunctionCode")
	const event = `{viewer: {ip: '2001:db8::7'}, request: {uri: '/api/me', headers: {host: {value: 'yoriai.example'}, 'x-yoriai-origin-secret': {value: 'guess'},
		'x-forwarded-host': {value: 'elsewhere'}, 'x-yoriai-viewer': {value: '127.0.0.1'}}}}`
	out, err := exec.Command("node", "-e", code+"; console.log(JSON.stringify(handler("+event+")))").CombinedOutput() //nolint:gosec // our own code
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := strings.TrimSpace(string(out)); got != `{"uri":"/api/me","headers":{"host":{"value":"yoriai.example"},"x-forwarded-host":{"value":"yoriai.example"},"x-yoriai-viewer":{"value":"2001:db8::7"}}}` {
		t.Error(got)
	}
}
