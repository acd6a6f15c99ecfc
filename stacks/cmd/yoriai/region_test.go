package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

var elsewhere = map[stage.Name]synth.Stage{}

// inRegion returns the templates of a stage in another region than its own, made once.
func inRegion(t *testing.T, name stage.Name, region string) synth.Stage {
	t.Helper()
	if s, there := elsewhere[name]; there {
		return s
	}
	st, err := stageNamed(t, name).In(region)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere[name] = synthesise(t, st)
	return elsewhere[name]
}

// In Japan everything is in Japan, but for what CloudFront wants in its own region.
func TestAStageIsInItsRegion(t *testing.T) {
	for _, name := range awsStages {
		for stack, template := range inRegion(t, name, tokyo) {
			want := map[bool]string{true: stage.Global, false: tokyo}[stack == "firewall" || stack == "edge-monitoring"]
			if template.Region != want {
				t.Errorf("%s: %s goes to %s", name, stack, template.Region)
			}
			if text := synth.JSON(template.Resources); want == tokyo && strings.Contains(text, "us-east-1") {
				t.Errorf("%s: %s speaks of us-east-1 at %s", name, stack, text[max(0, strings.Index(text, "us-east-1")-120):strings.Index(text, "us-east-1")+20])
			}
			for id, r := range template.Resources {
				if global := strings.HasPrefix(r.Type, "AWS::WAFv2::"); global && want != stage.Global {
					t.Errorf("%s: CloudFront finds no %s in %s", name, id, want)
				}
			}
		}
	}
	for stack, template := range templates(t, stage.Dev) {
		if template.Region != "us-east-1" {
			t.Errorf("dev's %s goes to %s", stack, template.Region)
		}
	}
}

// Names of zones mean another place in every account, and some places lack what
// is needed: zones go by their ids.
func TestSubnetsAreInZonesThatHaveEverything(t *testing.T) {
	closed := []string{"use1-az3", "apne1-az3"}
	for _, name := range awsStages {
		for _, s := range []synth.Stage{templates(t, name), inRegion(t, name, tokyo)} {
			zones := map[string]int{}
			for _, subnet := range s.Of("AWS::EC2::Subnet") {
				zone := subnet.Text("AvailabilityZoneId")
				zones[zone]++
				if subnet.At("AvailabilityZone") != nil || !strings.Contains(zone, "-az") || slices.Contains(closed, zone) {
					t.Errorf("%s: %s is in %s, %v", name, subnet.ID, zone, subnet.At("AvailabilityZone"))
				}
			}
			if len(zones) != 2 {
				t.Errorf("%s: zones %v", name, zones)
			}
		}
	}
}

// What is known in one region and needed in another is said at the deployment;
// without it, CloudFormation refuses.
func TestWhatCrossesRegionsMustBeSaid(t *testing.T) {
	for _, name := range awsStages {
		for stack, template := range templates(t, name) {
			var asked []string
			for id, p := range template.Parameters {
				parameter, _ := p.(map[string]any)
				if said := parameter["Default"] == nil; said {
					asked = append(asked, id)
				}
			}
			want := map[string][]string{"edge": {"FirewallArn"}, "edge-monitoring": {"DistributionId"}}[stack]
			if !slices.Equal(asked, want) {
				t.Errorf("%s: %s asks for %v, want %v", name, stack, asked, want)
			}
		}
	}
}

// API Gateway refuses a change of an API while another one runs: the stacks that
// add routes to the one HTTP API wait for each other.
func TestRouteStacksWaitForEachOther(t *testing.T) {
	for _, name := range awsStages {
		waits := dependencies(t, stageNamed(t, name))
		var stacks []string
		for stack, template := range templates(t, name) {
			for _, r := range template.Resources {
				if r.Type == "AWS::ApiGatewayV2::Route" && stack != "web" && stack != "realtime" {
					stacks = append(stacks, stack)
					break
				}
			}
		}
		if len(stacks) < 5 {
			t.Errorf("%s: stacks with routes %v", name, stacks)
		}
		for i, one := range stacks {
			for _, other := range stacks[i+1:] {
				if !slices.Contains(waits[one], other) && !slices.Contains(waits[other], one) {
					t.Errorf("%s: %s and %s may run at once", name, one, other)
				}
			}
		}
	}
}

// dependencies are the stacks that each stack waits for.
func dependencies(t *testing.T, s stage.Stage) map[string][]string {
	t.Helper()
	p, err := collect(s, repository, built{standIn: true})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(p.assembly(t), "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Artifacts map[string]struct{ Dependencies []string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	waits := map[string][]string{}
	for name, artifact := range manifest.Artifacts {
		waits[name] = artifact.Dependencies
	}
	return waits
}
