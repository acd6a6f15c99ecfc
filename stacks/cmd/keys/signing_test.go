package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/stage"
)

const (
	secretName    = "yoriai/prod/jwt-signing-key"
	parameterName = "/yoriai/prod/jwt-public-key"
)

// Whatever signs or has just signed is among the published keys before and
// after each step: nobody's token stops being good.
func TestTheSigningKeyChangesWithoutSigningAnybodyOut(t *testing.T) {
	t.Parallel()
	a, k := open(t, stage.Prod)
	signs := func() string {
		t.Helper()
		public, err := publicOf(a.secrets[secretName])
		if err != nil {
			t.Fatal(err)
		}
		return public
	}
	published := func() []string { return strings.Split(a.parameters[parameterName], ",") }
	take := func(step signingStep, keys int) {
		t.Helper()
		if err := k.ensureAll(t.Context(), false, step); err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		// A deployment between two steps changes nothing.
		before := a.parameters[parameterName]
		if err := k.ensureAll(t.Context(), false, stay); err != nil || a.parameters[parameterName] != before {
			t.Fatalf("%s: a deployment published %s instead of %s, %v", step, a.parameters[parameterName], before, err)
		}
		if len(published()) != keys || !slices.Contains(published(), signs()) {
			t.Fatalf("%s: %d keys are published, want %d with the one that signs", step, len(published()), keys)
		}
	}
	for range 2 { // it can be done again
		take(stay, 1)
		old := signs()
		take(next, 2)
		if signs() != old {
			t.Fatal("the next key signs before everybody knows it")
		}
		deployed := published()
		take(change, 2)
		if signs() == old || !slices.Contains(deployed, signs()) || !slices.Contains(published(), old) {
			t.Fatal("what signs now was not published before, or the old key is not published any more")
		}
		take(retire, 1)
		if slices.Contains(published(), old) {
			t.Fatal("the old key is still published")
		}
	}
}

func TestStepsOutOfOrderChangeNothing(t *testing.T) {
	t.Parallel()
	a, k := open(t, stage.Prod)
	refused := func(step signingStep) {
		t.Helper()
		secrets, labels, parameters := maps.Clone(a.secrets), maps.Clone(a.labels[secretName]), maps.Clone(a.parameters)
		if err := k.ensureAll(t.Context(), false, step); err == nil {
			t.Errorf("%s was done", step)
		}
		if !maps.Equal(secrets, a.secrets) || !maps.Equal(labels, a.labels[secretName]) || !maps.Equal(parameters, a.parameters) {
			t.Errorf("%s changed something", step)
		}
	}
	if err := k.ensureAll(t.Context(), false, stay); err != nil {
		t.Fatal(err)
	}
	refused(change)
	refused(retire)
	refused("backwards")
	if err := k.ensureAll(t.Context(), false, next); err != nil {
		t.Fatal(err)
	}
	refused(next)
	refused(retire)
	if err := k.ensureAll(t.Context(), false, change); err != nil {
		t.Fatal(err)
	}
	refused(change)
	refused(next)
}
