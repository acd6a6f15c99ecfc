package constructs_test

import (
	"archive/zip"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
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

func TestWhatLiesBesideTheBinary(t *testing.T) {
	t.Parallel()
	functions := []contract.Function{{Kind: contract.HTTP, Name: "one"}}
	dist := t.TempDir()
	if err := binaries(dist, functions); err != nil {
		t.Fatal(err)
	}
	pack(t, dist, functions)
	if _, err := constructs.Pack(dist, "arm64", functions, constructs.File{Name: "ca.pem", Content: []byte("trusted")}); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dist, "packages", "*"))
	if len(files) != 2 {
		t.Fatalf("the same binary with a file beside it is another package: %v", files)
	}
	held := map[int]string{}
	for _, file := range files {
		archive, err := zip.OpenReader(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range archive.File {
			in, err := entry.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(in)
			held[len(archive.File)] += entry.Name + " " + entry.Mode().String() + " " + string(text) + "; "
		}
		_ = archive.Close()
	}
	if !strings.Contains(held[2], "bootstrap -rwxr-xr-x ") || !strings.Contains(held[2], "ca.pem -rw-r--r-- trusted; ") {
		t.Errorf("%v", held)
	}
}

// Each region's file holds its own roots, and Amazon's, for years to come.
func TestAuthorities(t *testing.T) {
	t.Parallel()
	for _, region := range stage.Regions() {
		file, err := constructs.Authorities(region)
		if err != nil {
			t.Fatal(err)
		}
		rest, own, amazon := file.Content, 0, 0
		for {
			var block *pem.Block
			if block, rest = pem.Decode(rest); block == nil {
				break
			}
			root, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			if !root.IsCA || time.Until(root.NotAfter) < 365*24*time.Hour || root.CheckSignatureFrom(root) != nil {
				t.Errorf("%s: %s is no root for long", region, root.Subject)
			}
			switch name := root.Subject.CommonName; {
			case strings.HasPrefix(name, "Amazon RDS "+region+" Root CA"):
				own++
			case strings.HasPrefix(name, "Amazon Root CA"), strings.HasPrefix(name, "Starfield Services Root"):
				amazon++
			default:
				t.Errorf("%s: a stranger, %s", region, name)
			}
		}
		if own != 3 || amazon != 5 {
			t.Errorf("%s: %d roots of its databases, %d of Amazon", region, own, amazon)
		}
	}
	if _, err := constructs.Authorities("mars-1"); err == nil {
		t.Error("a region that has no databases")
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
