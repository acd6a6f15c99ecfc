// Command yoriai is the CDK app: `cdk deploy --all -c stage=dev`.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/yoriai/yoriai/stacks"
	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	if err := run(app, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "yoriai:", err)
		os.Exit(1)
	}
	app.Synth(nil)
}

// parts is what the stacks are made from.
type parts struct {
	stage      stage.Stage
	contract   contract.Contract
	packages   *constructs.Packages
	web        stacks.WebBuild
	migrations fs.FS
	alarmEmail string
}

// run builds the stage that the context names (local, if none does) from the
// repository that the CDK was started in.
func run(app awscdk.App, getenv func(string) string) error {
	s, err := stage.Find(contextValue(app, "stage", string(stage.Local)), getenv)
	if err != nil {
		return err
	}
	if err := guard(s, getenv); err != nil {
		return err
	}
	built, err := find(app)
	if err != nil {
		return err
	}
	p, err := collect(s, contextValue(app, "root", "."), built)
	if err != nil {
		return err
	}
	p.alarmEmail = contextValue(app, "alarmEmail", "")
	return p.assemble(app)
}

// built is where the functions' binaries and the web app are.
type built struct{ dist, web string }

// find returns what the context names, or the usual folders. With
// `-c unbuilt=placeholders` nothing needs to be built: good for looking at
// templates and prices, not for deploying.
func find(app awscdk.App) (built, error) {
	root := contextValue(app, "root", ".")
	if contextValue(app, "unbuilt", "") == "placeholders" {
		folder, err := os.MkdirTemp("", "yoriai-placeholders-")
		return built{dist: folder, web: folder}, err
	}
	return built{
		dist: contextValue(app, "dist", filepath.Join(root, "dist")),
		web:  contextValue(app, "web", filepath.Join(root, "web/.open-next")),
	}, nil
}

// placeholder tells whether nothing is built there, on purpose.
func (b built) placeholder() bool { return b.dist == b.web }

// collect reads the contracts and finds what was built. Whatever is missing is
// an error that names it.
func collect(s stage.Stage, root string, b built) (parts, error) {
	p := parts{stage: s, migrations: os.DirFS(filepath.Join(root, "migrations"))}
	var err error
	p.contract, err = contract.Read(filepath.Join(root, "shared/api/openapi.yaml"), filepath.Join(root, "shared/api/asyncapi.yaml"))
	if err != nil {
		return p, err
	}
	functions := append(p.contract.Functions(), stacks.BackgroundFunctions()...)
	if b.placeholder() {
		if err := constructs.WritePlaceholders(b.dist, functions); err != nil {
			return p, err
		}
		if err := stacks.WritePlaceholderWeb(b.web); err != nil {
			return p, err
		}
	}
	p.packages, err = constructs.Pack(b.dist, functions)
	if err != nil {
		return p, err
	}
	if s.Web {
		if p.web, err = stacks.FindWebBuild(b.web); err != nil {
			return p, fmt.Errorf("the web app is not built for AWS (OpenNext): %w", err)
		}
	}
	return p, nil
}

// assemble is the list of stacks, in the order in which they are deployed. What
// flows between them are names in the parameter store: network and database
// leave their ids, the APIs theirs, the edge the public origin; all functions
// come after that, and after the migrations.
func (p parts) assemble(app awscdk.App) error {
	s := p.stage
	var network, database, cache, edge, gateway awscdk.Stack

	if s.Network.Exists {
		network = stacks.NewNetwork(app, s)
	}
	if s.Database.URL == "" {
		database = stacks.After(stacks.NewDatabase(app, s), network)
	}
	if s.Redis.Serverless {
		cache = stacks.After(stacks.NewCache(app, s), network)
	}
	if s.Gateway.Balancing != stage.NoBalancing {
		registry := stacks.NewRegistry(app, s)
		gateway = stacks.After(stacks.NewGateway(app, s), network, registry)
	}
	table := stacks.NewTable(app, s)
	api := stacks.NewAPI(app, s)
	if s.Edge.Exists {
		made, err := stacks.NewEdge(app, s, p.web)
		if err != nil {
			return err
		}
		edge = stacks.After(made, api)
	}

	migrations, err := stacks.NewMigrations(app, s, p.packages, p.migrations)
	if err != nil {
		return err
	}
	stacks.After(migrations, database)

	ready := []awscdk.Stack{table, api, edge, migrations, cache, gateway}
	stacks.After(stacks.NewRealtime(app, s, p.packages, p.contract.Sockets), table, api, edge)
	for _, tag := range p.contract.Tags() {
		stacks.After(stacks.NewRoutes(app, s, p.packages, tag, p.contract.Tagged(tag)), ready...)
	}
	stacks.After(stacks.NewWorkers(app, s, p.packages), ready...)
	if s.Web {
		stacks.After(stacks.NewWeb(app, s, p.web), api, edge)
	}
	if s.Monitoring.Exists {
		stacks.After(stacks.NewMonitoring(app, s, p.alarmEmail), api, edge)
	}
	return nil
}

// guard keeps the local stage off AWS, and the others off the local cloud.
func guard(s stage.Stage, getenv func(string) string) error {
	account := getenv("CDK_DEFAULT_ACCOUNT")
	if account == "" {
		return nil // synthesis alone, without credentials
	}
	if local := account == stage.LocalAccount; local != s.IsLocal() {
		return fmt.Errorf("stage %s and account %s do not belong together: say the stage (-c stage=…) and check AWS_ENDPOINT_URL and the credentials", s.Name, account)
	}
	return nil
}

func contextValue(app awscdk.App, name, otherwise string) string {
	if value, said := app.Node().TryGetContext(jsii.String(name)).(string); said && value != "" {
		return value
	}
	return otherwise
}
