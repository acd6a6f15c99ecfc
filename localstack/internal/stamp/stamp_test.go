package stamp

import (
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheHashChangesWithInputsAndNotWithResults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "src", "a.go"), "one")
	hash := func(words ...string) string {
		t.Helper()
		sum, err := Of(words, []string{filepath.Join(dir, "src"), filepath.Join(dir, "missing")})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	first := hash("amd64")
	if hash("amd64") != first {
		t.Error("the same inputs gave another hash")
	}
	if hash("arm64") == first {
		t.Error("another word gave the same hash")
	}
	write(t, filepath.Join(dir, "src", "node_modules", "x.js"), "installed")
	write(t, filepath.Join(dir, "src", "target", "x"), "built")
	if hash("amd64") != first {
		t.Error("results count as inputs")
	}
	write(t, filepath.Join(dir, "src", "a.go"), "two")
	second := hash("amd64")
	if second == first {
		t.Error("another content gave the same hash")
	}
	if err := os.Rename(filepath.Join(dir, "src", "a.go"), filepath.Join(dir, "src", "b.go")); err != nil {
		t.Fatal(err)
	}
	if hash("amd64") == second {
		t.Error("another name gave the same hash")
	}
}

func TestAStampIsFreshOnlyForItsHash(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "stamps", "x")
	if Fresh(file, "h") {
		t.Error("a missing stamp is fresh")
	}
	if err := Write(file, "h"); err != nil {
		t.Fatal(err)
	}
	if !Fresh(file, "h") || Fresh(file, "other") {
		t.Error("a stamp is fresh for another hash than its own")
	}
	if err := Forget(file); err != nil {
		t.Fatal(err)
	}
	if Fresh(file, "h") {
		t.Error("a forgotten stamp is fresh")
	}
	if err := Forget(file); err != nil {
		t.Errorf("forgetting twice: %v", err)
	}
}
