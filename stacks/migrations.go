package stacks

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

// NewMigrations makes the function that migrates the database, and calls it in
// the deployment: every stack with functions waits for this one, so new code
// never meets an old schema. It is called again when a migration was added.
func NewMigrations(app awscdk.App, s stage.Stage, packages *constructs.Packages, migrate contract.Function, migrations fs.FS) (awscdk.Stack, error) {
	version, err := hashOf(migrations)
	if err != nil {
		return nil, err
	}
	stack := newStack(app, s, "migrations", "the schema, brought up to date before new code", false)
	host := constructs.NewHost(stack, "migrations", s, packages)
	environment := map[string]string{}
	var rights []awsiam.PolicyStatement
	if s.Database.URL == "" {
		id := constructs.Published(stack, s.Parameter(ownerResourceParameter))
		environment["DATABASE_URL"] = constructs.Published(stack, s.Parameter(ownerURLParameter))
		environment["DATABASE_APP_ROLE"] = constructs.DatabaseRole
		rights = append(rights, constructs.Allow([]string{"rds-db:connect"},
			constructs.ARN(stack, "rds-db", "dbuser:"+id+"/"+databaseOwner)))
	}
	function := constructs.NewFunction(constructs.Group(stack, migrate.Name), host, migrate,
		constructs.FunctionProps{Environment: environment, Rights: rights})
	awscdk.NewCustomResource(stack, constructs.Str("Schema"), &awscdk.CustomResourceProps{
		ServiceToken:   function.FunctionArn(),
		ResourceType:   constructs.Str("Custom::Schema"),
		ServiceTimeout: constructs.Seconds(migrate.Timeout),
		Properties:     &map[string]any{"Version": version},
	})
	return stack, nil
}

func hashOf(migrations fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".sql") {
			return err
		}
		text, err := fs.ReadFile(migrations, path)
		sum.Write([]byte(path + "\x00"))
		sum.Write(text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:16], err
}
