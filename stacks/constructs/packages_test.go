package constructs_test

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
)

func TestPackingIsTheSameForTheSameContent(t *testing.T) {
	t.Parallel()
	functions := []contract.Function{{Kind: contract.HTTP, Name: "one"}, {Kind: contract.QueueConsumer, Name: "two"}}
	dist := t.TempDir()
	if err := binaries(dist, functions); err != nil {
		t.Fatal(err)
	}
	first := pack(t, dist, functions)
	if len(first) != 2 {
		t.Fatalf("packages %v", first)
	}
	for _, file := range first {
		if text, mode := content(t, file); text == "" || mode.Perm() != 0o755 {
			t.Errorf("%s holds %q, %v", file, text, mode)
		}
	}
	other := t.TempDir()
	if err := binaries(other, functions); err != nil {
		t.Fatal(err)
	}
	for i, file := range pack(t, other, functions) {
		a, _ := os.ReadFile(file)
		b, _ := os.ReadFile(first[i])
		if filepath.Base(file) != filepath.Base(first[i]) || string(a) != string(b) {
			t.Errorf("%s and %s differ", file, first[i])
		}
	}
}

func TestAChangedBinaryIsAnotherPackage(t *testing.T) {
	t.Parallel()
	functions := []contract.Function{{Kind: contract.HTTP, Name: "one"}}
	dist := t.TempDir()
	if err := binaries(dist, functions); err != nil {
		t.Fatal(err)
	}
	pack(t, dist, functions)
	if err := os.WriteFile(filepath.Join(dist, "functions/http/one/bootstrap"), []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := pack(t, dist, functions); len(got) != 2 {
		t.Errorf("packages %v", got)
	}
}

func pack(t *testing.T, dist string, functions []contract.Function) []string {
	t.Helper()
	if _, err := constructs.Pack(dist, "arm64", functions); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dist, "packages", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func content(t *testing.T, file string) (string, os.FileMode) {
	t.Helper()
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	if len(archive.File) != 1 || archive.File[0].Name != "bootstrap" {
		t.Fatalf("%s holds %v", file, archive.File)
	}
	entry, err := archive.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(entry)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), archive.File[0].Mode()
}

func TestABinaryForAnotherProcessorIsNotBuilt(t *testing.T) {
	t.Parallel()
	functions := []contract.Function{{Kind: contract.HTTP, Name: "one"}}
	dist := t.TempDir()
	if err := binaries(dist, functions); err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Skip("no binary of this machine to try with")
	}
	if err := os.WriteFile(filepath.Join(dist, "functions/http/one/bootstrap"), self, 0o600); err != nil {
		t.Fatal(err)
	}
	mine, other := "x86_64", "arm64"
	if runtime.GOARCH == "arm64" {
		mine, other = other, mine
	}
	if _, err := constructs.Pack(dist, mine, functions); err != nil {
		t.Errorf("%s: %v", mine, err)
	}
	if _, err := constructs.Pack(dist, other, functions); !errors.Is(err, constructs.ErrNotBuilt) {
		t.Errorf("%s: %v", other, err)
	}
}

func binaries(dist string, functions []contract.Function) error {
	for _, f := range functions {
		folder := filepath.Join(dist, "functions", string(f.Kind), f.Name)
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "bootstrap"), []byte("program of "+f.Name), 0o600); err != nil {
			return err
		}
	}
	return nil
}
