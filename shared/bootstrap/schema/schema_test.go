package schema_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/schema"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// emptyDatabase is a database without a schema.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	server := os.Getenv(pgtest.Variable)
	if server == "" {
		t.Fatalf("%s is not set: run `go run ./localstack/cmd/yoriai-testbed go test ./shared/...`", pgtest.Variable)
	}
	name := fmt.Sprintf("empty_%x", id.New())
	run(t, server, `CREATE DATABASE `+name)
	t.Cleanup(func() { run(t, server, `DROP DATABASE `+name+` WITH (FORCE)`) })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func run(t *testing.T, address, statement string) {
	t.Helper()
	c, err := pgx.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}

type migrate = func(context.Context, json.RawMessage) (any, error)

func build(t *testing.T, address, role string) migrate {
	t.Helper()
	environ := map[string]string{"YORIAI_STAGE": "test", "YORIAI_VERSION": "test", "DATABASE_URL": address, "DATABASE_IAM": "false", "DATABASE_PROXY": "false"}
	e, err := environment.New(t.Context(), "migrate", func(name string) string { return environ[name] })
	if err != nil {
		t.Fatal(err)
	}
	return schema.Migrate(e, role)
}

func TestSeveralDeploymentsAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	address, role := emptyDatabase(t), fmt.Sprintf("app_%x", id.New())
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			if _, err := build(t, address, "")(t.Context(), json.RawMessage(`{}`)); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if _, err := build(t, address, role)(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run(t, address, `DROP OWNED BY `+role+`; DROP ROLE `+role) })
	// The functions' role reads and writes rows, and changes no table.
	run(t, address, `SET ROLE `+role+`; SELECT count(*) FROM users; DELETE FROM users`)
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), `SET ROLE `+role+`; DROP TABLE users CASCADE`); err == nil {
		t.Fatal("the functions' role dropped a table")
	}
	var limited int
	if _, err := c.Exec(t.Context(), `RESET ROLE`); err != nil {
		t.Fatal(err)
	}
	if err := c.QueryRow(t.Context(), `
		SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
		WHERE d.datname = current_database() AND s.setconfig = '{transaction_timeout=30s}'`).Scan(&limited); err != nil || limited != 2 {
		t.Fatalf("%d roles are limited, %v; want the owner and the functions' own", limited, err)
	}
}

func TestCloudFormationGetsItsAnswer(t *testing.T) {
	t.Parallel()
	type reply struct{ Status, PhysicalResourceId, Reason string } //nolint:revive // CloudFormation's own name
	replies := make(chan reply, 3)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var one reply
		if err := json.Unmarshal(body, &one); err != nil {
			t.Error(err)
		}
		replies <- one
	}))
	defer server.Close()
	event := func(kind string) json.RawMessage {
		return json.RawMessage(fmt.Sprintf(`{"RequestType":%q,"ResponseURL":%q,"StackId":"s","RequestId":"r","LogicalResourceId":"Schema"}`, kind, server.URL))
	}
	good := build(t, emptyDatabase(t), "")
	for _, kind := range []string{"Create", "Update", "Delete"} {
		if _, err := good(t.Context(), event(kind)); err != nil {
			t.Fatal(kind, err)
		}
		if got := <-replies; got.Status != "SUCCESS" || got.PhysicalResourceId != "schema" {
			t.Errorf("%s: %+v", kind, got)
		}
	}
	bad := build(t, strings.Replace(emptyDatabase(t), "/empty_", "/missing_", 1), "")
	// CloudFormation is told; Lambda must not call again by itself.
	if _, err := bad(t.Context(), event("Create")); err != nil {
		t.Error(err)
	}
	if got := <-replies; got.Status != "FAILED" {
		t.Errorf("got %+v", got)
	}
	// Who calls by hand gets the error.
	if _, err := bad(t.Context(), nil); err == nil {
		t.Error("no error")
	}
}
