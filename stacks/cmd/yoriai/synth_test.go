package main

import (
	"os"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

const repository = "../../.."

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

var (
	allStages = []stage.Name{stage.Local, stage.Dev, stage.Staging, stage.Prod}
	awsStages = allStages[1:]

	made     = map[stage.Name]synth.Stage{}
	makeLock sync.Mutex // the CDK's kernel does one thing at a time
)

// noEnvironment is that of no machine in particular.
func noEnvironment(name string) string {
	return map[string]string{"YORIAI_LOCAL_ARCHITECTURE": "x86_64"}[name]
}

func stageNamed(t *testing.T, name stage.Name) stage.Stage {
	t.Helper()
	s, err := stage.Find(string(name), noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	s.Gateway.ImageTag, s.Deployment = "tag", "first"
	return s
}

// templates returns the templates of a stage as they are, made once.
func templates(t *testing.T, name stage.Name) synth.Stage {
	t.Helper()
	makeLock.Lock()
	defer makeLock.Unlock()
	if s, there := made[name]; there {
		return s
	}
	made[name] = synthesise(t, stageNamed(t, name))
	return made[name]
}

// synthesise makes the templates of any stage, with placeholders for binaries.
func synthesise(t *testing.T, s stage.Stage) synth.Stage {
	t.Helper()
	p, err := collect(s, repository, built{standIn: true})
	if err != nil {
		t.Fatal(err)
	}
	return p.synthesise(t)
}

func (p parts) synthesise(t *testing.T) synth.Stage {
	t.Helper()
	made, err := synth.Read(p.assembly(t))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// assembly is the folder with what the CDK makes of the parts.
func (p parts) assembly(t *testing.T) string {
	t.Helper()
	out := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:             jsii.String(out),
		AnalyticsReporting: jsii.Bool(false),
		Context:            &map[string]any{"aws:cdk:disable-asset-staging": true, "@aws-cdk/aws-iam:minimizePolicies": true},
	})
	if err := p.assemble(app); err != nil {
		t.Fatal(err)
	}
	app.Synth(nil)
	return out
}

// declared are all functions: those of the contracts and those in the background.
func declared(t *testing.T) map[string]contract.Function {
	t.Helper()
	p, err := contract.Read(repository + "/shared/api")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]contract.Function{}
	for _, f := range p.Functions() {
		all[f.Name] = f
	}
	return all
}

// goFunctions are the Go functions of a stage by their short name (the web
// app's server is not one).
func goFunctions(t *testing.T, name stage.Name) map[string]synth.Found {
	t.Helper()
	s := stageNamed(t, name)
	found := map[string]synth.Found{}
	for _, f := range templates(t, name).Of("AWS::Lambda::Function") {
		if f.Text("Runtime") == "provided.al2023" {
			found[f.Text("FunctionName")[len(s.Resource("")):]] = f
		}
	}
	return found
}

// rights are what the function's role allows, and the policies added to it.
func rights(t *testing.T, name stage.Name, f synth.Found) []statement {
	t.Helper()
	role := reference(f.At("Role"))
	stack := templates(t, name)[f.Stack]
	return append(statementsOf(stack.Resources[role]), attached(stack, role)...)
}
