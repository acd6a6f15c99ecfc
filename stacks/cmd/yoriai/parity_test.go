package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

func TestEveryFunctionHasAFolderAndEveryFolderAFunction(t *testing.T) {
	var wanted, there []string
	for _, f := range declared(t) {
		wanted = append(wanted, string(f.Kind)+"/"+f.Name)
	}
	mains, err := filepath.Glob(repository + "/functions/*/*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, main := range mains {
		folder, _ := filepath.Rel(repository+"/functions", filepath.Dir(main))
		there = append(there, folder)
	}
	compare(t, "functions/", wanted, there)
}

func TestEveryFunctionIsInTheStacksAndNoOther(t *testing.T) {
	for _, name := range allStages {
		var wanted, there []string
		for n := range declared(t) {
			wanted = append(wanted, n)
		}
		for n := range goFunctions(t, name) {
			there = append(there, n)
		}
		compare(t, string(name)+" ", wanted, there)
	}
}

func TestEveryOperationIsARouteAndNoOther(t *testing.T) {
	c, err := contract.Read(repository + "/shared/api")
	if err != nil {
		t.Fatal(err)
	}
	var wanted []string
	for _, r := range c.Routes {
		wanted = append(wanted, r.Tag+" "+r.Method+" "+r.Path)
	}
	for _, s := range c.Sockets {
		wanted = append(wanted, "realtime "+s.RouteKey)
	}
	for _, name := range allStages {
		var there []string
		for _, r := range templates(t, name).Of("AWS::ApiGatewayV2::Route") {
			if r.Stack != "web" {
				there = append(there, r.Stack+" "+r.Text("RouteKey"))
			}
		}
		compare(t, string(name)+" ", wanted, there)
	}
}

// API Gateway refuses two changes of one API at a time: of a stack's routes and integrations, each waits for the one before.
func TestRoutesOfOneAPIAreMadeOneByOne(t *testing.T) {
	for _, name := range awsStages {
		s := templates(t, name)
		for _, kind := range []string{"AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Integration"} {
			first := map[string]string{}
			for _, r := range s.Of(kind) {
				if slices.ContainsFunc(texts(r.DependsOn), func(id string) bool { return s[r.Stack].Resources[id].Type == "AWS::ApiGatewayV2::Route" }) {
					continue
				}
				if other, second := first[r.Stack]; second {
					t.Errorf("%s: %s and %s of stack %s are made at once", name, other, r.ID, r.Stack)
				}
				first[r.Stack] = r.ID
			}
		}
	}
}

// The settings in the contract reach the function.
func TestAFunctionHasTheContractsMemoryAndTime(t *testing.T) {
	for n, f := range declared(t) {
		there := goFunctions(t, stage.Prod)[n]
		if int(there.Number("MemorySize")) != f.Memory || int(there.Number("Timeout")) != f.Timeout {
			t.Errorf("%s: %v MB, %v s; the contract says %d MB, %d s", n, there.Number("MemorySize"), there.Number("Timeout"), f.Memory, f.Timeout)
		}
	}
}

func compare(t *testing.T, what string, wanted, there []string) {
	t.Helper()
	sort.Strings(wanted)
	sort.Strings(there)
	for _, w := range wanted {
		if !slices.Contains(there, w) {
			t.Errorf("missing: %s%s", what, w)
		}
	}
	for _, h := range there {
		if !slices.Contains(wanted, h) {
			t.Errorf("left over: %s%s", what, h)
		}
	}
	if len(wanted) != len(there) {
		t.Errorf("%s: %d wanted, %d there", what, len(wanted), len(there))
	}
}

func TestWhatIsNotBuiltIsNamed(t *testing.T) {
	dist := t.TempDir()
	one := filepath.Join(dist, "functions/http/health")
	if err := errors.Join(os.MkdirAll(one, 0o750), os.WriteFile(filepath.Join(one, "bootstrap"), []byte("program"), 0o600)); err != nil {
		t.Fatal(err)
	}
	_, err := collect(stageNamed(t, stage.Local), repository, built{dist: dist})
	if !errors.Is(err, constructs.ErrNotBuilt) || !strings.Contains(err.Error(), "http/sendMessage") ||
		!strings.Contains(err.Error(), "queue/ai-replies") || strings.Contains(err.Error(), "http/health") {
		t.Errorf("the error names what is missing: %v", err)
	}
}

// Without a build the templates can be looked at; deploying them is refused.
func TestPlaceholdersCannotBeDeployed(t *testing.T) {
	p, err := collect(stageNamed(t, stage.Dev), repository, built{dist: t.TempDir(), web: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for stack, template := range p.synthesise(t) {
		holds := false
		for _, r := range template.Resources {
			holds = holds || r.Type == "AWS::Lambda::Function"
		}
		if _, refused := template.Rules["Built"]; refused != holds {
			t.Errorf("%s holds placeholders: %v, is refused: %v", stack, holds, refused)
		}
	}
}

func TestTheWrongAccountIsRefused(t *testing.T) {
	account := func(id string) func(string) string {
		return func(name string) string {
			if name == "CDK_DEFAULT_ACCOUNT" {
				return id
			}
			return ""
		}
	}
	for _, c := range []struct {
		stage   stage.Name
		account string
		fine    bool
	}{
		{stage.Local, "", true},
		{stage.Local, stage.LocalAccount, true},
		{stage.Local, "123456789012", false},
		{stage.Prod, "123456789012", true},
		{stage.Prod, stage.LocalAccount, false},
		{stage.Dev, "", true},
	} {
		if err := guard(stageNamed(t, c.stage), account(c.account)); (err == nil) != c.fine {
			t.Errorf("stage %s with account %q: %v", c.stage, c.account, err)
		}
	}
}

// A version keeps the values it was published with. Parameters are read at the
// deployment and stand in no template: each deployment publishes anew, or the
// warm functions would go on with the database and the keys of an earlier one.
func TestADeploymentPublishesWhatIsKeptWarm(t *testing.T) {
	again := stageNamed(t, stage.Prod)
	again.Deployment = "second"
	before, after := templates(t, stage.Prod), synthesise(t, again)
	versions := func(s synth.Stage) []string {
		var ids []string
		for _, v := range s.Of("AWS::Lambda::Version") {
			ids = append(ids, v.ID)
		}
		return ids
	}
	if first := versions(before); len(first) != len(again.Provisioned) {
		t.Errorf("%d versions of %d warm functions", len(first), len(again.Provisioned))
	}
	for _, id := range versions(after) {
		if slices.Contains(versions(before), id) {
			t.Errorf("%s is not published again", id)
		}
	}
	// The others read the parameters themselves, and stay untouched.
	was := goFunctions(t, stage.Prod)
	for _, f := range after.Of("AWS::Lambda::Function") {
		name := strings.TrimPrefix(f.Text("FunctionName"), again.Resource(""))
		old, there := was[name]
		if same := synth.JSON(old.Properties) == synth.JSON(f.Properties); there && same == (again.Provisioned[name] > 0) {
			t.Errorf("%s is deployed anew: %v", name, !same)
		}
	}
}
