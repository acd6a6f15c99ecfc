// Command sql runs the statements of its standard input, a JSON list, one after another on one connection to the database that it is
// given: for tests that make what only time makes. A machine that runs them needs no client of PostgreSQL.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sql:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: sql DATABASE_URL < statements.json")
	}
	var statements []string
	if err := json.NewDecoder(os.Stdin).Decode(&statements); err != nil {
		return fmt.Errorf("read the statements: %w", err)
	}
	c, err := pgx.Connect(ctx, args[0])
	if err != nil {
		return err
	}
	defer c.Close(ctx) //nolint:errcheck // nothing waits for it
	for _, statement := range statements {
		if _, err := c.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
	}
	return nil
}
