package redis

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/ports"
)

// program makes a folder with one program in it.
func program(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil { //nolint:gosec // A program.
		t.Fatal(err)
	}
	return path
}

func TestAnInstalledServerIsTaken(t *testing.T) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		t.Run(name, func(t *testing.T) {
			want := program(t, name)
			t.Setenv("PATH", filepath.Dir(want))
			got, err := Real(t.Context(), layout.Layout{Root: t.TempDir(), Tools: t.TempDir()}, io.Discard)
			if err != nil || got != want {
				t.Errorf("Real = %q, %v; want %q", got, err, want)
			}
		})
	}
}

func TestWhereNoneIsInstalledOneIsBrought(t *testing.T) {
	t.Parallel()
	l, err := layout.Find()
	if err != nil {
		t.Fatal(err)
	}
	server, err := bring(t.Context(), l, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	free, err := ports.Pick(1)
	if err != nil {
		t.Fatal(err)
	}
	running, err := StartReal(t.Context(), server, free[0], t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	running.Stop()
}
