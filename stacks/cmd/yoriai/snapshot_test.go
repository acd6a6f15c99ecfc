package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/yoriai/yoriai/stacks"
	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

var update = flag.Bool("update", false, "write the snapshots anew")

// What differs without anything having changed: hashes of binaries and of the
// schema.
var passing = regexp.MustCompile(`[0-9a-f]{64}(\.zip)?|"Version":"[0-9a-f]{16}"|CurrentVersion[0-9A-Fa-f]{40}`)

// sample is a stage with a small contract of its own: a new route in the real
// one changes no snapshot, a change to what every route gets changes them all.
func sample(t *testing.T, name stage.Name) parts {
	t.Helper()
	p := parts{stage: stageNamed(t, name), files: []string{"_next/static/*", "favicon.ico"}, alarmEmail: "ops@yoriai.example", door: filepath.Join(repository, stacks.WebDoor)}
	p.migrations = fstest.MapFS{"1.sql": &fstest.MapFile{Data: []byte("SELECT 1")}}
	var err error
	if p.contract, err = contract.Read("../../contract/testdata"); err != nil {
		t.Fatal(err)
	}
	if p.packages, err = constructs.StandIn(p.stage.Architecture, p.contract.Functions()); err != nil {
		t.Fatal(err)
	}
	if p.web, err = stacks.StandInWeb(); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSnapshots shows in a review what a change does to each stage: one line
// for each resource. After a wanted change: go test ./cmd/yoriai -update
func TestSnapshots(t *testing.T) {
	for _, name := range allStages {
		var lines []string
		for stack, template := range sample(t, name).synthesise(t) {
			for id, r := range template.Resources {
				line := stack + " " + id + " " + r.Type + " " + synth.JSON(r.Properties)
				lines = append(lines, passing.ReplaceAllString(line, "…"))
			}
		}
		sort.Strings(lines)
		got := strings.Join(lines, "\n") + "\n"
		file := filepath.Join("testdata", string(name)+".snapshot")
		if *update {
			if err := os.MkdirAll("testdata", 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range difference(string(want), got) {
			t.Errorf("%s: %s", name, change)
		}
	}
	if t.Failed() {
		t.Log("if this is wanted: go test ./cmd/yoriai -update")
	}
}

func difference(want, got string) []string {
	index := func(text string) map[string]string {
		lines := map[string]string{}
		for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
			parts := strings.SplitN(line, " ", 3)
			if len(parts) == 3 {
				lines[parts[0]+" "+parts[1]] = parts[2]
			}
		}
		return lines
	}
	before, after := index(want), index(got)
	var changes []string
	for name, was := range before {
		switch is, there := after[name]; {
		case !there:
			changes = append(changes, "- "+name)
		case is != was:
			changes = append(changes, "~ "+name+"\n   was "+was+"\n   is  "+is)
		}
	}
	for name, is := range after {
		if _, there := before[name]; !there {
			changes = append(changes, "+ "+name+" "+is)
		}
	}
	sort.Strings(changes)
	return changes
}
