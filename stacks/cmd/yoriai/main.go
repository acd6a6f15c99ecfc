// Command yoriai is the CDK app: `cdk deploy --all -c stage=dev`.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

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
	door       string   // the folder of what stands before the web app's server
	files      []string // of the web app, as URL patterns
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
	if s, err = s.In(contextValue(app, "region", s.Region)); err != nil {
		return err
	}
	if s, err = s.WithConcurrency(contextValue(app, "concurrency", "")); err != nil {
		return err
	}
	s.Deployment = contextValue(app, "deployment", time.Now().UTC().Format("20060102T150405Z"))
	s.Gateway.ImageTag = contextValue(app, "gatewayImage", "unbuilt")
	s.OTLPEndpoint = contextValue(app, "otlpEndpoint", s.OTLPEndpoint)
	for _, language := range []string{"en", "ja"} {
		if text := contextValue(app, "commerceDisclosure."+language, ""); text != "" {
			if s.CommerceDisclosure == nil {
				s.CommerceDisclosure = map[string]string{}
			}
			s.CommerceDisclosure[language] = text
		}
	}
	root := contextValue(app, "root", ".")
	p, err := collect(s, root, find(app, s, root))
	if err != nil {
		return err
	}
	p.alarmEmail = contextValue(app, "alarmEmail", "")
	return p.assemble(app)
}

// built is where the functions' binaries and the web app are.
type built struct {
	dist, web string
	// standIn: placeholders are wanted, whatever is built
	standIn bool
}

// find returns what the context names, or the usual folders: one for the
// binaries of this machine, another for those of AWS.
func find(app awscdk.App, s stage.Stage, root string) built {
	dist := filepath.Join(root, "dist")
	if !s.IsLocal() {
		dist = filepath.Join(root, "dist", "aws")
	}
	return built{
		dist:    contextValue(app, "dist", dist),
		web:     contextValue(app, "web", filepath.Join(root, "web", ".open-next")),
		standIn: contextValue(app, "unbuilt", "") == "placeholders",
	}
}

// collect reads the contracts and finds what was built. The local stage must
// be; the templates of the others can be looked at without, and then refuse to
// be deployed.
func collect(s stage.Stage, root string, b built) (parts, error) {
	p := parts{stage: s, migrations: os.DirFS(filepath.Join(root, "migrations")), door: filepath.Join(root, stacks.WebDoor)}
	var err error
	p.contract, err = contract.Read(filepath.Join(root, "shared/api"))
	if err != nil {
		return p, err
	}
	functions := p.contract.Functions()
	var beside []constructs.File
	if s.Database.URL == "" {
		authorities, err := constructs.Authorities(s.Region)
		if err != nil {
			return p, err
		}
		beside = append(beside, authorities)
	}
	p.packages, err = orStandIn(!s.IsLocal(), b.standIn,
		func() (*constructs.Packages, error) {
			return constructs.Pack(b.dist, s.Architecture, functions, beside...)
		},
		func() (*constructs.Packages, error) { return constructs.StandIn(s.Architecture, functions) })
	if err != nil || !s.Web {
		return p, err
	}
	if p.files, err = stacks.WebFiles(filepath.Join(root, "web", "public")); err != nil {
		return p, err
	}
	p.web, err = orStandIn(true, b.standIn,
		func() (stacks.WebBuild, error) { return stacks.FindWebBuild(b.web) }, stacks.StandInWeb)
	return p, err
}

// orStandIn returns the real thing, or its placeholder if that is wanted, or
// allowed where nothing is built.
func orStandIn[T any](allowed, wanted bool, real, placeholder func() (T, error)) (T, error) {
	if wanted {
		return placeholder()
	}
	found, err := real()
	if allowed && errors.Is(err, constructs.ErrNotBuilt) {
		fmt.Fprintln(os.Stderr, "yoriai: a placeholder stands in, and its stacks cannot be deployed:", err)
		return placeholder()
	}
	return found, err
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
	table, exports := stacks.NewTable(app, s), stacks.NewExports(app, s)
	api := stacks.NewAPI(app, s)
	if s.Edge.Exists {
		edge = stacks.After(stacks.NewEdge(app, s, p.files), api, stacks.NewFirewall(app, s))
	}

	migrate, err := p.contract.Task("migrate")
	if err != nil {
		return err
	}
	migrations, err := stacks.NewMigrations(app, s, p.packages, migrate, p.migrations)
	if err != nil {
		return err
	}
	stacks.After(migrations, database)

	ready := []awscdk.Stack{table, exports, api, edge, migrations, cache, gateway}
	workers, err := stacks.NewWorkers(app, s, p.packages, p.contract.Queues, p.contract.Schedules, p.contract.Jobs)
	if err != nil {
		return err
	}
	stacks.After(workers, ready...)
	stacks.After(stacks.NewRealtime(app, s, p.packages, p.contract.Sockets), table, api, edge)
	for _, tag := range p.contract.Tags() {
		routes := stacks.After(stacks.NewRoutes(app, s, p.packages, tag, p.contract.Tagged(tag)), ready...)
		if s.API.Busy {
			ready = append(ready, routes) // one after the other
		}
	}
	if s.Web {
		stacks.After(stacks.NewWeb(app, s, p.web, p.door), api, edge)
	}
	if s.Monitoring.Exists {
		stacks.After(stacks.NewMonitoring(app, s, p.contract.Queues, p.alarmEmail), api)
		stacks.After(stacks.NewEdgeMonitoring(app, s, p.alarmEmail), edge)
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
