package contract_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/contract"
)

const openapi, asyncapi = "testdata/openapi.yaml", "testdata/asyncapi.yaml"

func TestRead(t *testing.T) {
	t.Parallel()
	c, err := contract.Read(openapi, asyncapi)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Tags(); !slices.Equal(got, []string{"identity", "messages", "operations"}) {
		t.Errorf("tags %v", got)
	}
	if got := c.Tagged("messages"); len(got) != 3 || got[2].Method != "POST" || got[2].Path != "/rooms/{roomId}/messages" || got[2].Function.Memory != 512 {
		t.Errorf("messages: %+v", got)
	}
	if len(c.Sockets) != 2 || c.Sockets[0].RouteKey != "$connect" || c.Sockets[0].Answered || !c.Sockets[1].Answered {
		t.Errorf("sockets: %+v", c.Sockets)
	}
	if len(c.Functions()) != 7 {
		t.Errorf("%d functions", len(c.Functions()))
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(openapi)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, from, to, said string }{
		{"both sides", "needs: [postgres]", "needs: [postgres, internet]", "out of reach"},
		{"an unknown need", "needs: [postgres]", "needs: [postgress]", `unknown need "postgress"`},
		{"too slow for API Gateway", "timeout: 3", "timeout: 30", "timeout 30 s"},
		{"too much memory", "memory: 128", "memory: 20000", "memory 20000 MB"},
		{"the same name twice", "operationId: listMessages", "operationId: sendMessage", "two functions"},
		{"no settings", "x-lambda: {memory: 128", "x-lamda: {memory: 128", "lacks"},
		{"no tag", "tags: [operations]", "tags: []", "lacks"},
	} {
		changed := strings.Replace(string(whole), c.from, c.to, 1)
		if changed == string(whole) {
			t.Fatalf("%s: nothing changed", c.what)
		}
		file := filepath.Join(t.TempDir(), "openapi.yaml")
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := contract.Read(file, asyncapi); err == nil || !strings.Contains(err.Error(), c.said) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestPlacement(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		needs  []contract.Need
		inside bool
	}{
		{nil, false},
		{[]contract.Need{contract.Table, contract.Connections}, false},
		{[]contract.Need{contract.Internet}, false},
		{[]contract.Need{contract.Postgres, contract.Table}, true},
		{[]contract.Need{contract.Redis}, true},
		{[]contract.Need{contract.Gateway}, true},
	} {
		f := contract.Function{Kind: contract.HTTP, Name: "f", Memory: 128, Timeout: 3, Needs: c.needs}
		if f.InNetwork() != c.inside || f.Validate() != nil {
			t.Errorf("%v: inside %v, %v", c.needs, f.InNetwork(), f.Validate())
		}
	}
}
