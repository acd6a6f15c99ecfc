package shared_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/bootstrap/environment"
)

const module = "github.com/yoriai/yoriai/"

// layers says what each layer may import of this repository, besides itself where it is listed. Nothing else may be.
//
//	domain ← usecase ← handler, adapter ← bootstrap ← functions
var layers = map[string][]string{
	"shared/domain":    {"shared/domain"},
	"shared/usecase":   {"shared/domain", "shared/usecase"},
	"shared/api":       {"shared/domain", "shared/api"},
	"shared/handler":   {"shared/domain", "shared/usecase", "shared/handler", "shared/api"},
	"shared/adapter":   {"shared/domain", "shared/usecase", "shared/adapter"},
	"shared/bootstrap": {"shared/domain", "shared/usecase", "shared/handler", "shared/adapter", "shared/bootstrap", "migrations"},
	"functions":        {"shared/domain", "shared/usecase", "shared/handler", "shared/bootstrap"},
	"migrations":       {},
}

// testAids are packages for tests; they may reach further, and only tests may import them.
var testAids = []string{"shared/handler/http/optest", "shared/adapter/postgres/pgtest", "shared/adapter/dynamodb/dynamotest", "shared/adapter/s3/s3test", "shared/adapter/stripe/stripetest", "shared/api/apitest"}

type goPackage struct {
	ImportPath string
	Name       string
	Imports    []string
	Deps       []string
}

func list(t *testing.T, arguments ...string) []goPackage {
	t.Helper()
	// A cached result would not see other modules change. Reading this makes it fresh: every testbed has another address.
	_ = os.Getenv("TEST_DATABASE_URL")
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Name,Imports,Deps"}, arguments...)...)
	command.Dir = ".."
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var packages []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

func within(path string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return path == f || strings.HasPrefix(path, f+"/") })
}

func layerOf(path string) string {
	for layer := range layers {
		if within(path, []string{layer}) {
			return layer
		}
	}
	return ""
}

func TestDependenciesPointInwards(t *testing.T) {
	t.Parallel()
	packages := list(t, "./shared/...", "./functions/...", "./migrations/...")
	if len(packages) < 30 {
		t.Fatalf("only %d packages were looked at", len(packages))
	}
	for _, p := range packages {
		path := strings.TrimPrefix(p.ImportPath, module)
		if within(path, testAids) || within(path, []string{"shared/cmd"}) || p.Name == "shared_test" {
			continue
		}
		layer := layerOf(path)
		if layer == "" {
			if path != "shared" && path != "functions" {
				t.Errorf("%s belongs to no layer", path)
			}
			continue
		}
		for _, imported := range p.Imports {
			checkImport(t, path, layer, imported)
		}
	}
}

func checkImport(t *testing.T, path, layer, imported string) {
	t.Helper()
	inside, ours := strings.CutPrefix(imported, module)
	first, _, _ := strings.Cut(imported, "/")
	switch {
	case !ours && layer == "shared/domain" && strings.Contains(first, "."):
		t.Errorf("%s imports %s: the domain knows the standard library only", path, imported)
	case !ours:
	case within(inside, testAids):
		t.Errorf("%s imports %s, which is for tests", path, inside)
	case !within(inside, layers[layer]):
		t.Errorf("%s imports %s: %s may not", path, inside, layer)
	case layer == "shared/adapter" && within(inside, []string{"shared/adapter"}) && family(path) != family(inside):
		t.Errorf("%s imports %s: adapters do not know each other", path, inside)
	}
}

// family is the adapter that a package belongs to: the folder below shared/adapter.
func family(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "shared/adapter/"), "/")
	return name
}

// A Lambda links only what it needs: sockets never wake the database, and who does not speak to the gateway knows no gRPC.
func TestFunctionsLinkOnlyWhatTheyNeed(t *testing.T) {
	t.Parallel()
	const driver, grpc, echo, store = "github.com/jackc/pgx/v5", "google.golang.org/grpc", "github.com/labstack/echo/v4", module + "shared/adapter/postgres"
	sockets, speakers := 0, 0
	for _, p := range list(t, "./functions/...") {
		if p.Name != "main" {
			continue
		}
		kind, name, _ := strings.Cut(strings.TrimPrefix(p.ImportPath, module+"functions/"), "/")
		f, known := environment.Lookup(name)
		if !known || string(f.Kind) != kind {
			t.Errorf("functions/%s/%s is in no contract", kind, name)
		}
		var forbidden []string
		switch {
		case f.Kind == environment.WebSocket:
			sockets++
			forbidden = []string{driver, grpc, echo, store}
		case !f.Has(environment.Gateway):
			forbidden = []string{grpc}
			if f.Kind == environment.HTTP && !f.Has(environment.Postgres) {
				forbidden = append(forbidden, driver, store)
			}
		default:
			speakers++
		}
		for _, d := range p.Deps {
			if within(d, forbidden) {
				t.Errorf("functions/%s/%s links %s", kind, name, d)
			}
		}
	}
	if sockets != 6 || speakers < 5 {
		t.Fatalf("%d socket functions and %d that speak to the gateway were looked at", sockets, speakers)
	}
}

// What tests need has no place in a Lambda.
func TestTestPackagesStayOutOfFunctions(t *testing.T) {
	t.Parallel()
	for _, f := range list(t, "./functions/...") {
		for _, d := range f.Deps {
			if d == "testing" || within(strings.TrimPrefix(d, module), testAids) {
				t.Errorf("%s links %s", strings.TrimPrefix(f.ImportPath, module), d)
			}
		}
	}
}
