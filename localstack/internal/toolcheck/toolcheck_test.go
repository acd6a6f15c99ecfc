package toolcheck

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// program puts a program that prints a version on the PATH.
func program(t *testing.T, name, says string) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\necho '" + says + "'\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
}

func tool(name string) Tool {
	return Tool{Name: name, Version: []string{name, "--version"}, Least: [2]int{20, 9}, Get: "https://example.com/get"}
}

func TestAMissingToolIsNamedWithHowToGetIt(t *testing.T) {
	t.Parallel()
	err := Check(t.Context(), []Tool{tool("no-such-tool"), tool("nor-this-one")})
	if err == nil {
		t.Fatal("missing tools were found")
	}
	for _, want := range []string{"no-such-tool is missing. Get it: https://example.com/get", "nor-this-one is missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not tell %q", err, want)
		}
	}
}

func TestAToolsVersionIsCompared(t *testing.T) {
	tests := map[string]struct{ says, wrong string }{
		"older major": {"v18.20.1", "18.20 is too old: at least 20.9"},
		"older minor": {"v20.8.0", "20.8 is too old"},
		"just right":  {"v20.9.0", ""},
		"newer minor": {"v20.20.2", ""},
		"newer major": {"v22.1.0", ""},
		"no version":  {"hello", "where its version was expected"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			program(t, "sometool", test.says)
			err := Check(t.Context(), []Tool{tool("sometool")})
			switch {
			case test.wrong == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)):
				t.Errorf("err = %v, want %q in it", err, test.wrong)
			}
		})
	}
}
