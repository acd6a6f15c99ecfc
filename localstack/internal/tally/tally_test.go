package tally

import (
	"bytes"
	"strings"
	"testing"
)

func TestEachRunnersOutputIsCounted(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		runner, output string
		want           Counts
		shows          string
	}{
		"go": {"go", `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: wrong\n"}
{"Action":"fail","Package":"p","Test":"TestA","Elapsed":0.1}
{"Action":"pass","Package":"p","Test":"TestB/one"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"fail","Package":"p","Elapsed":1.5}
{"Action":"skip","Package":"without-tests"}
`, Counts{Passed: 2, Failed: 1, Skipped: 1}, "a_test.go:1: wrong"},
		"go that does not compile": {"go", `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: undefined: x\n"}
{"Action":"fail","Package":"p","Elapsed":0}
`, Counts{}, "undefined: x"},
		"cargo": {"cargo", "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured\ntest result: FAILED. 1 passed; 2 failed; 0 ignored\n",
			Counts{Passed: 4, Failed: 2, Skipped: 1}, "running 3 tests"},
		"vitest": {"vitest", "\x1b[2m Test Files \x1b[22m 2 passed (2)\n\x1b[2m      Tests \x1b[22m \x1b[1m\x1b[31m2 failed\x1b[39m\x1b[22m | \x1b[1m\x1b[32m10 passed\x1b[39m | 1 skipped (13)\n",
			Counts{Passed: 10, Failed: 2, Skipped: 1}, "Test Files"},
		"node": {"node", "ℹ tests 5\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\n", Counts{Passed: 3, Failed: 2}, "pass 3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var shown bytes.Buffer
			got, err := Read(test.runner, strings.NewReader(test.output), &shown)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("counts = %+v, want %+v", got, test.want)
			}
			if !strings.Contains(shown.String(), test.shows) {
				t.Errorf("shown = %q, want %q in it", shown.String(), test.shows)
			}
		})
	}
}

func TestAnUnknownRunnerIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := Read("abacus", strings.NewReader(""), &bytes.Buffer{}); err == nil {
		t.Error("an unknown runner was counted")
	}
}
