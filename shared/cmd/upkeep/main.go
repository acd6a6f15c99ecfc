// upkeep looks after the local cloud's data, as the function `nightly` does elsewhere when it is asked to:
//
//	upkeep prove     fails if a log has a hole or a double
//	upkeep project   makes the projection in DynamoDB anew from PostgreSQL
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/cmd/internal/localcloud"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: upkeep prove | upkeep project")
	}
	c, err := localcloud.Open(ctx)
	if err != nil {
		return err
	}
	var done map[string]any
	switch args[0] {
	case "prove":
		done, err = maintenance.Prove(ctx, postgres.Proofs{DB: c.DB})
	case "project":
		done, err = maintenance.Project(ctx, postgres.Proofs{DB: c.DB}, dynamodb.Memberships{Table: c.Table}, dynamodb.Heads{Table: c.Table})
	default:
		return fmt.Errorf("there is no task %q", args[0])
	}
	fmt.Println(done)
	return err
}
