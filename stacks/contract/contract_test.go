package contract_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/contract"
)

func TestRead(t *testing.T) {
	t.Parallel()
	c, err := contract.Read("testdata")
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
	if len(c.Queues) != 3 || c.Queues[2].Name != "fan-out" || c.Queues[2].Batch != 10 || c.Queues[2].Dead.Name != "fan-out-dead" || !c.Queues[1].Loops {
		t.Errorf("queues: %+v", c.Queues)
	}
	if len(c.Schedules) != 2 || c.Schedules[1].Function.Name != "sweep" || c.Schedules[1].Expression != "rate(1 minute)" || len(c.Tasks) != 1 {
		t.Errorf("schedules and tasks: %+v %+v", c.Schedules, c.Tasks)
	}
	if len(c.Jobs) != 1 || c.Jobs[0].Name != "fork" || c.Jobs[0].Function.Kind != contract.JobStep || c.Jobs[0].Summary == "" {
		t.Errorf("jobs: %+v", c.Jobs)
	}
	if len(c.Functions()) != 7+6+3+1 {
		t.Errorf("%d functions", len(c.Functions()))
	}
}

func TestAQueueThatAFunctionSendsToIsNoOtherNeed(t *testing.T) {
	t.Parallel()
	c, err := contract.Read("testdata")
	if err != nil {
		t.Fatal(err)
	}
	send := c.Tagged("messages")[2].Function
	if !slices.Equal(send.SendsTo, []string{"ai-replies", "ai-watchdog", "fan-out"}) || slices.Contains(send.Needs, "fan-out") || !send.Has(contract.Table) {
		t.Errorf("%+v", send)
	}
	if got := contract.URLVariable("ai-replies"); got != "QUEUE_URL_AI_REPLIES" {
		t.Error(got)
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, file, from, to, said string }{
		{"both sides", "openapi.yaml", "needs: [postgres]", "needs: [postgres, internet]", "out of reach"},
		{"an unknown need", "openapi.yaml", "needs: [postgres]", "needs: [postgress]", `unknown need "postgress"`},
		{"an unknown limit", "openapi.yaml", "x-lambda: {memory: 128", "x-lambda: {limit: much, memory: 128", `unknown limit "much"`},
		{"too slow for API Gateway", "openapi.yaml", "timeout: 3", "timeout: 30", "timeout 30 s"},
		{"too much memory", "openapi.yaml", "memory: 128", "memory: 20000", "memory 20000 MB"},
		{"the same name twice", "openapi.yaml", "operationId: listMessages", "operationId: sendMessage", "two functions"},
		{"no settings", "openapi.yaml", "x-lambda: {memory: 128", "x-lamda: {memory: 128", "lacks"},
		{"no tag", "openapi.yaml", "tags: [operations]", "tags: []", "lacks"},
		{"a queue with a word nobody reads", "workers.yaml", "batch: 10", "batches: 10", "batches"},
		{"a queue hidden for less than its work takes", "workers.yaml", "visibility: 330", "visibility: 200", "visibility 200 s"},
		{"too large a batch", "workers.yaml", "batch: 10", "batch: 11", "batch 11"},
		{"no concurrency", "workers.yaml", "concurrency: fan-out", "concurrency: ''", "concurrency"},
		{"a queue that is never dead", "workers.yaml", "receives: 5", "receives: 0", "receives 0"},
		{"a queue with a need's name", "workers.yaml", "  fan-out:\n", "  postgres:\n", "a need of this name"},
		{"a queue that cannot be a variable", "workers.yaml", "  fan-out:\n", "  Fan_Out:\n", "lower-case words"},
		{"a queue with a function's name", "workers.yaml", "  fan-out:\n", "  sweep:\n", "two functions"},
	} {
		folder := t.TempDir()
		for _, name := range []string{"openapi.yaml", "asyncapi.yaml", "workers.yaml"} {
			text, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			changed := string(text)
			if name == c.file {
				if changed = strings.Replace(changed, c.from, c.to, 1); changed == string(text) {
					t.Fatalf("%s: nothing changed", c.what)
				}
			}
			if err := os.WriteFile(filepath.Join(folder, name), []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := contract.Read(folder); err == nil || !strings.Contains(err.Error(), c.said) {
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
