package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/contract"
)

func TestTheTableOfASmallContract(t *testing.T) {
	t.Parallel()
	c, err := contract.Read("../../contract/testdata")
	if err != nil {
		t.Fatal(err)
	}
	source, err := table(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`{Name: "sendMessage", Kind: "http", Method: "POST", Path: "/rooms/{roomId}/messages", Guarded: true, Needs: []Need{"postgres", "table"}, Queues: []string{"ai-replies", "ai-watchdog", "fan-out"}}`,
		`{Name: "heartbeat", Kind: "websocket", Needs: []Need{"table"}}`,
		`{Name: "fan-out-dead", Kind: "queue", Needs: []Need{"table"}, Queues: []string{"fan-out-dead"}}`,
		`{Name: "ai-replies", Kind: "queue", Needs: []Need{"postgres", "redis", "gateway", "table", "connections"}, Queues: []string{"ai-replies", "ai-watchdog", "fan-out"}}`,
		`{Name: "migrate", Kind: "deploy", Needs: []Need{"postgres"}}`,
	} {
		if !strings.Contains(string(source), line) {
			t.Errorf("there is no %s in\n%s", line, source)
		}
	}
}

// The committed table is what the contracts say now.
func TestTheCommittedTableIsOfTheseContracts(t *testing.T) {
	t.Parallel()
	c, err := contract.Read("../../../shared/api")
	if err != nil {
		t.Fatal(err)
	}
	source, err := table(c)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile("../../../shared/bootstrap/environment/functions.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(source, committed) {
		t.Error("shared/bootstrap/environment/functions.gen.go is not what the contracts give; run: make generate")
	}
}
