// Package python installs what comes from PyPI into a virtual environment of its own.
package python

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Environment is a virtual environment made from a requirements file.
type Environment struct {
	// Dir is where it lies.
	Dir string
	// Requirements is the file that pins every package in it; what it does not name is not installed.
	Requirements string
}

// Python is the interpreter inside it.
func (e Environment) Python() string { return filepath.Join(e.Dir, "bin", "python") }

// Ensure makes the environment, unless it is there and was made from the same requirements.
func (e Environment) Ensure(ctx context.Context, output io.Writer) error {
	wanted, err := os.ReadFile(e.Requirements)
	if err != nil {
		return fmt.Errorf("read the requirements: %w", err)
	}
	sum := sha256.Sum256(wanted)
	stamp := filepath.Join(e.Dir, ".requirements")
	if made, err := os.ReadFile(stamp); err == nil && string(made) == hex.EncodeToString(sum[:]) { //nolint:gosec // Our own stamp.
		return nil
	}
	if err := run(ctx, output, "python3", "-m", "venv", "--clear", e.Dir); err != nil {
		return fmt.Errorf("%w\n  (on Debian and Ubuntu: apt-get install python3-venv)", err)
	}
	if err := run(ctx, output, e.Python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", e.Requirements); err != nil {
		return err
	}
	if err := os.WriteFile(stamp, []byte(hex.EncodeToString(sum[:])), 0o600); err != nil { //nolint:gosec // Our own stamp.
		return fmt.Errorf("stamp the virtual environment: %w", err)
	}
	return nil
}

// run runs a command with its output where the caller wants it.
func run(ctx context.Context, output io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // Commands of ours.
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}
