package build

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/yoriai/yoriai/localstack/internal/layout"
)

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAProductIsMadeOnlyWhenItMust(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	b := Builder{Layout: layout.Layout{Root: root}}
	result := filepath.Join(root, "out")
	made, fail := 0, error(nil)
	p := product{name: "p", inputs: []string{"src"}, results: []string{result}, make: func(context.Context, io.Writer) error {
		made++
		if fail == nil {
			put(t, result, "x")
		}
		return fail
	}}
	ensure := func(want int, why string) {
		t.Helper()
		if _, err := b.ensure(t.Context(), io.Discard, p); !errors.Is(err, fail) {
			t.Fatal(err)
		}
		if made != want {
			t.Errorf("%s: made %d times, want %d", why, made, want)
		}
	}
	put(t, filepath.Join(root, "src", "a"), "1")
	ensure(1, "the first time")
	ensure(1, "nothing changed")
	put(t, filepath.Join(root, "src", "a"), "2")
	fail = errors.New("does not compile")
	ensure(2, "an input changed")
	fail = nil
	ensure(3, "the last attempt failed")
	if err := os.Remove(result); err != nil {
		t.Fatal(err)
	}
	ensure(4, "the result is gone")
}

func TestEachFunctionGetsAFolderWithABootstrap(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	b := Builder{Layout: layout.Layout{Root: root}}
	put(t, filepath.Join(root, "functions", "http", "getMe", "main.go"), "package main")
	put(t, filepath.Join(root, "functions", "deploy", "migrate", "main.go"), "package main")
	put(t, filepath.Join(root, "functions", "internal", "main.go"), "package main")
	put(t, filepath.Join(root, "bin", "getMe"), "program 1")
	put(t, filepath.Join(root, "bin", "migrate"), "program 2")
	out := filepath.Join(root, "out")
	put(t, filepath.Join(out, "http", "renamed", "bootstrap"), "old")
	if err := b.layOut(filepath.Join(root, "bin"), out); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"http/getMe/bootstrap": "program 1", "deploy/migrate/bootstrap": "program 2"} {
		if got, err := os.ReadFile(filepath.Join(out, path)); err != nil || string(got) != want {
			t.Errorf("%s = %q, %v; want %q", path, got, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(out, "http", "renamed")); err == nil {
		t.Error("a function that is gone stayed behind")
	}
}

func TestOnlyWhatGoesToAWSIsCutLooseFromItsFolder(t *testing.T) {
	t.Parallel()
	here := Target{OS: "linux", Arch: "arm64", Dist: "dist"}
	if !slices.Contains(AWS.flags(), "-trimpath") || slices.Contains(here.flags(), "-trimpath") {
		t.Errorf("AWS %v, here %v", AWS.flags(), here.flags())
	}
}
