// upkeep looks after the local cloud's data, as the function `nightly` does elsewhere when it is asked to:
//
//	upkeep prove                            fails if a log has a hole or a double, or the books do not add up
//	upkeep project                          makes the projection in DynamoDB anew from PostgreSQL
//	upkeep join   <roomId> <username> <role>  puts a person into a room, without an invitation
//	upkeep remove <roomId> <username>         takes one out
//	upkeep freeze   <roomId>                  lets a room stand still; unfreeze lets it go on
//	upkeep suspend  <username> <reason>       keeps somebody out, at once; reinstate lets them sign in again
//	upkeep hold user|room <username|roomId> <until|-> <reason>  keeps somebody, or a room, from every purge; release user|room <…> ends that
//	upkeep erase [<moment>]                   erases what is due now, or as if it were that moment
//
// It finds the local cloud by .local/endpoints.json (or YORIAI_ENDPOINTS).
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

const usage = "usage: upkeep prove | upkeep project | upkeep join <roomId> <username> <role> | upkeep remove <roomId> <username>" +
	" | upkeep freeze <roomId> | upkeep unfreeze <roomId> | upkeep suspend <username> <reason> | upkeep reinstate <username>" +
	" | upkeep hold user|room <username|roomId> <until|-> <reason> | upkeep release user|room <username|roomId> | upkeep erase [<moment>]"

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	c, err := find(ctx)
	if err != nil {
		return err
	}
	var done map[string]any
	switch args[0] {
	case "join", "remove":
		return membership(ctx, c, args)
	case "freeze", "unfreeze", "suspend", "reinstate":
		return moderate(ctx, c, args)
	case "hold", "release":
		return keep(ctx, c, args)
	case "erase":
		done, err = erase(ctx, c, args[1:])
	case "prove":
		done, err = maintenance.ProveAll(ctx, postgres.Proofs{DB: c.DB}, postgres.Books{DB: c.DB})
	case "project":
		done, err = maintenance.Project(ctx, postgres.Proofs{DB: c.DB}, dynamodb.Memberships{Table: c.Table}, dynamodb.Heads{Table: c.Table})
		customers, customerErr := maintenance.ProjectCustomers(ctx, postgres.Payments{DB: c.DB}, dynamodb.Payments{Table: c.Table})
		done["customers"], err = customers, errors.Join(err, customerErr)
	default:
		return errors.New(usage)
	}
	fmt.Println(done)
	return err
}
