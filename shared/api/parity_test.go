package api_test

import (
	"bufio"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// folders are the names below a folder of functions; each must hold a main.go.
func folders(t *testing.T, kind string) []string {
	t.Helper()
	// A cached result would not see another module change. Reading this makes it fresh: every testbed has another address.
	_ = os.Getenv("TEST_DATABASE_URL")
	root := filepath.Join("..", "..", "functions", kind)
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(root, e.Name(), "main.go")); err != nil {
			t.Errorf("functions/%s/%s: %v", kind, e.Name(), err)
		}
		names = append(names, e.Name())
	}
	return names
}

func wantSame(t *testing.T, what string, contract, built []string) {
	t.Helper()
	for _, name := range contract {
		if !slices.Contains(built, name) {
			t.Errorf("%s %s is in the contract, but nowhere built", what, name)
		}
	}
	for _, name := range built {
		if !slices.Contains(contract, name) {
			t.Errorf("%s %s is built, but not in the contract", what, name)
		}
	}
}

func TestEveryOperationHasItsFolder(t *testing.T) {
	t.Parallel()
	var names []string
	for name, operation := range apitest.Operations(t) {
		names = append(names, name)
		if len(operation.Spec.Tags) == 0 || operation.Spec.Summary == "" || operation.Spec.Extensions["x-lambda"] == nil {
			t.Errorf("%s needs a tag, a summary and x-lambda", name)
		}
		if operation.Spec.Responses.Default() == nil {
			t.Errorf("%s names no answer for what goes wrong", name)
		}
		if !operation.Open && operation.Spec.Responses.Value("401") == nil {
			t.Errorf("%s may be called by somebody, but names no 401", name)
		}
	}
	wantSame(t, "operation", names, folders(t, "http"))
}

// Everybody who is signed in is limited in what they do; who is not, by address, in the use cases of identity.
func TestEveryOperationHasALimitAndSaysSo(t *testing.T) {
	t.Parallel()
	for name, operation := range apitest.Operations(t) {
		settings, _ := operation.Spec.Extensions["x-lambda"].(map[string]any)
		class, _ := settings["limit"].(string)
		if operation.Open != (class == "") {
			t.Errorf("%s is open: %v, and has the limit %q", name, operation.Open, class)
		}
		if class != "" && operation.Spec.Responses.Value("429") == nil {
			t.Errorf("%s has a limit, but names no 429", name)
		}
		// Whoever makes, changes or asks is counted in one place, not by each environment alone; but from where the internet is in
		// reach, Redis is not.
		if class != "" && class != "read" && !slices.Contains(operation.Needs, "redis") && !slices.Contains(operation.Needs, "internet") {
			t.Errorf("%s has the limit %s, and no redis to count in", name, class)
		}
	}
}

// Who may call an operation stands in the contract; what role has a right, in the domain's matrix. That each operation keeps to
// it, the walk in handler/http proves.
func TestEveryOperationNamesItsRight(t *testing.T) {
	t.Parallel()
	for name, operation := range apitest.Operations(t) {
		if len(operation.Rights) == 0 {
			t.Errorf("%s has no x-right", name)
		}
		inRoom := strings.Contains(operation.Path, "{roomId}")
		for _, right := range operation.Rights {
			switch {
			case operation.Open != (right == "open"), !operation.Open && inRoom == (right == "self"):
				t.Errorf("%s, which is open: %v, and in a room: %v, has the right %s", name, operation.Open, inRoom, right)
			case inRoom && !room.Right(right).Known():
				t.Errorf("%s: the matrix has no right %s", name, right)
			}
		}
		if inRoom && (operation.Spec.Responses.Value("404") == nil || slices.ContainsFunc(slices.Collect(maps.Values(operation.Rights)), func(r string) bool { return r != "read" }) && operation.Spec.Responses.Value("403") == nil) {
			t.Errorf("%s does not say what outsiders, or those without the right, are answered", name)
		}
	}
}

type socketContract struct {
	Operations map[string]struct {
		Action string
		Route  string         `yaml:"x-route"`
		Lambda map[string]any `yaml:"x-lambda"`
	}
}

func TestEveryRouteHasItsFolder(t *testing.T) {
	t.Parallel()
	var contract socketContract
	if err := yaml.Unmarshal(api.AsyncAPI, &contract); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name, operation := range contract.Operations {
		if operation.Action != "receive" {
			continue
		}
		names = append(names, name)
		if operation.Route != name && operation.Route != "$"+name || operation.Lambda == nil {
			t.Errorf("%s needs its x-route and x-lambda", name)
		}
	}
	wantSame(t, "route", names, folders(t, "websocket"))
}

// What a function needs is found by its name: a main under another name would get another's rights and environment.
func TestEveryMainStartsTheFunctionOfItsFolder(t *testing.T) {
	t.Parallel()
	starts := regexp.MustCompile(`\b(operation\.Start|service\.HTTP|socket\.Start|service\.Queue|service\.Schedule|schema\.Start|pay\.\w+)\("([^"]+)"`)
	by := map[string][]string{
		"http": {"operation.Start", "service.HTTP", "pay.HTTP", "pay.Open"}, "websocket": {"socket.Start"}, "queue": {"service.Queue", "pay.Queue"},
		"schedule": {"service.Schedule", "pay.Schedule"}, "deploy": {"schema.Start"},
	}
	for kind, ways := range by {
		names := folders(t, kind)
		if len(names) == 0 {
			t.Errorf("there is no function of kind %s", kind)
		}
		for _, name := range names {
			source, err := os.ReadFile(filepath.Join("..", "..", "functions", kind, name, "main.go"))
			if err != nil {
				t.Fatal(err)
			}
			found := starts.FindAllStringSubmatch(string(source), -1)
			if len(found) != 1 || found[0][2] != name || !slices.Contains(ways, found[0][1]) {
				t.Errorf("functions/%s/%s starts %v, want itself by one of %v", kind, name, found, ways)
			}
		}
	}
}

type workerContract struct {
	Queues            map[string]struct{ Dead any }
	Schedules, Deploy map[string]any
}

func TestEveryWorkerHasItsFolder(t *testing.T) {
	t.Parallel()
	var contract workerContract
	if err := yaml.Unmarshal(api.Workers, &contract); err != nil {
		t.Fatal(err)
	}
	var queues []string
	for name, q := range contract.Queues {
		queues = append(queues, name)
		if q.Dead != nil {
			queues = append(queues, name+"-dead")
		}
	}
	wantSame(t, "consumer", queues, folders(t, "queue"))
	wantSame(t, "schedule", slices.Collect(maps.Keys(contract.Schedules)), folders(t, "schedule"))
	wantSame(t, "task", slices.Collect(maps.Keys(contract.Deploy)), folders(t, "deploy"))
}

func TestTheCodesOfTheContractAreTheCodesOfTheDomain(t *testing.T) {
	t.Parallel()
	document, err := apitest.Document()
	if err != nil {
		t.Fatal(err)
	}
	var contract []string
	for _, code := range document.Components.Schemas["Code"].Value.Enum {
		contract = append(contract, code.(string))
	}
	source, err := os.ReadFile(filepath.Join("..", "domain", "fault", "fault.go"))
	if err != nil {
		t.Fatal(err)
	}
	var domain []string
	for _, match := range regexp.MustCompile(`Code = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		domain = append(domain, match[1])
	}
	if !slices.Contains(domain, string(fault.DatabaseWaking)) {
		t.Fatalf("read only %v", domain)
	}
	wantSame(t, "code", contract, domain)
}

// The Go types are made from the contract; a property that was added since would be missing.
func TestTheGeneratedTypesAreOfThisContract(t *testing.T) {
	t.Parallel()
	document, err := apitest.Document()
	if err != nil {
		t.Fatal(err)
	}
	fields := generatedFields(t)
	for name, schema := range document.Components.Schemas {
		for property := range schema.Value.Properties {
			if !slices.Contains(fields[strings.ToLower(name)], property) {
				t.Errorf("%s.%s is not in types.gen.go: run go generate ./api", name, property)
			}
		}
	}
}

func generatedFields(t *testing.T) map[string][]string {
	t.Helper()
	source, err := os.ReadFile("types.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	opens, tag := regexp.MustCompile(`^type (\w+) struct`), regexp.MustCompile("json:\"(\\w+)")
	fields, current := map[string][]string{}, ""
	for lines := bufio.NewScanner(bytes.NewReader(source)); lines.Scan(); {
		if m := opens.FindStringSubmatch(lines.Text()); m != nil {
			current = strings.ToLower(m[1])
		}
		if m := tag.FindStringSubmatch(lines.Text()); m != nil {
			fields[current] = append(fields[current], m[1])
		}
	}
	return fields
}
