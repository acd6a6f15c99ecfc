package main

import (
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/synth"
)

// Every kind of job is a machine of its name, whose steps are tried again, and whose failures are cleaned up after.
func TestEveryJobIsAMachineThatCleansUp(t *testing.T) {
	c, err := contract.Read(repository + "/shared/api")
	if err != nil {
		t.Fatal(err)
	}
	jobs := c.Jobs
	for _, name := range allStages {
		machines := map[string]synth.Found{}
		for _, m := range templates(t, name).Of("AWS::StepFunctions::StateMachine") {
			machines[strings.TrimPrefix(m.Text("StateMachineName"), stageNamed(t, name).Resource(""))] = m
		}
		if len(jobs) == 0 || len(machines) != len(jobs) {
			t.Errorf("%s: %d machines for %d jobs", name, len(machines), len(jobs))
		}
		for _, j := range jobs {
			m, there := machines[j.Name]
			if !there {
				t.Errorf("%s: nobody does %s", name, j.Name)
				continue
			}
			// The definition is joined from pieces around the function's address.
			definition := strings.ReplaceAll(synth.JSON(m.At("DefinitionString")), `\"`, `"`)
			for _, state := range []string{"Prepare", "Work", "Finish", "Clean up", "What next?", "Done", "Cancelled", "Failed"} {
				if !strings.Contains(definition, `"`+state+`":{`) {
					t.Errorf("%s %s has no state %q", name, j.Name, state)
				}
			}
			if n := strings.Count(definition, `"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Clean up"}]`); n != 3 {
				t.Errorf("%s %s: %d steps are cleaned up after\n%s", name, j.Name, n, definition)
			}
			if n := strings.Count(definition, `"Retry":[{"ErrorEquals":["States.ALL"]`); n != 4 {
				t.Errorf("%s %s: %d steps are tried again", name, j.Name, n)
			}
			// Whatever fails, even before anything was counted, can be cleaned up after.
			if !strings.Contains(definition, `"round":0,"step":"clean_up"`) {
				t.Errorf("%s %s: the clean-up asks for what may not be there", name, j.Name)
			}
			if m.At("TracingConfiguration", "Enabled") != true {
				t.Errorf("%s %s leaves no trace", name, j.Name)
			}
		}
	}
}
