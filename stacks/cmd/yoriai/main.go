// Command yoriai is the CDK app: `cdk deploy --all -c stage=dev`.
package main

import (
	"fmt"
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
	root := contextValue(app, "root", ".")
	routes, err := contract.Read(filepath.Join(root, "shared/api/openapi.yaml"), filepath.Join(root, "shared/api/asyncapi.yaml"))
	if err != nil {
		return err
	}
	packages, err := constructs.Pack(
		contextValue(app, "dist", filepath.Join(root, "dist")), append(routes.Functions(), stacks.BackgroundFunctions()...))
	if err != nil {
		return err
	}
	return assemble(app, s, routes, packages, root)
}

// assemble is the list of stacks, in the order in which they are deployed.
func assemble(app awscdk.App, s stage.Stage, routes contract.Contract, packages *constructs.Packages, root string) error {
	table := stacks.NewTable(app, s)
	api := stacks.NewAPI(app, s)

	migrations, err := stacks.NewMigrations(app, s, packages, stacks.Folder(filepath.Join(root, "migrations")))
	if err != nil {
		return err
	}
	stacks.After(stacks.NewRealtime(app, s, packages, routes.Sockets), table, api)
	for _, tag := range routes.Tags() {
		stacks.After(stacks.NewRoutes(app, s, packages, tag, routes.Tagged(tag)), table, api, migrations)
	}
	stacks.After(stacks.NewWorkers(app, s, packages), table, api, migrations)
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
