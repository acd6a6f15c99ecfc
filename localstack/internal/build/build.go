// Package build makes what the local cloud and AWS run: each product only if something it is made from has changed.
package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/yoriai/yoriai/localstack/internal/layout"
	"github.com/yoriai/yoriai/localstack/internal/stamp"
)

// Builder makes products of one checkout.
type Builder struct {
	Layout layout.Layout
}

// product is something made from files.
type product struct {
	// name is that of its stamp.
	name string
	// inputs are paths below the checkout, words what else decides the result.
	inputs []string
	words  []string
	// results must exist, or it is made again whatever the stamp says.
	results []string
	make    func(ctx context.Context, log io.Writer) error
}

// Result tells what became of a product.
type Result struct {
	// Hash stands for all it was made from.
	Hash string
	// Made is false if it was there already.
	Made bool
}

// String is what people are told.
func (r Result) String() string {
	if r.Made {
		return "built"
	}
	return "unchanged"
}

// ensure makes a product unless it is there and fresh.
func (b Builder) ensure(ctx context.Context, log io.Writer, p product) (Result, error) {
	paths := make([]string, len(p.inputs))
	for i, input := range p.inputs {
		paths[i] = b.Layout.Path(input)
	}
	hash, err := stamp.Of(p.words, paths)
	if err != nil {
		return Result{}, err
	}
	file := b.Layout.Path("dist", ".stamps", p.name)
	unlock, err := lock(file + ".lock")
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	if stamp.Fresh(file, hash) && allExist(p.results) {
		return Result{Hash: hash}, nil
	}
	if err := stamp.Forget(file); err != nil {
		return Result{}, err
	}
	if err := p.make(ctx, log); err != nil {
		return Result{}, err
	}
	if err := stamp.Write(file, hash); err != nil {
		return Result{}, err
	}
	return Result{Hash: hash, Made: true}, nil
}

// lock keeps two invocations (`make up` in one shell, `make test` in another) from making the same thing at once.
func lock(path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of a lock: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // A lock of ours.
	if err != nil {
		return nil, fmt.Errorf("open a lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil { //nolint:gosec // A descriptor is small.
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return func() { _ = file.Close() }, nil
}

func allExist(paths []string) bool {
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return false
		}
	}
	return true
}

// run runs a command of a build in a folder of the checkout, with more environment than ours.
func (b Builder) run(ctx context.Context, log io.Writer, dir string, env []string, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // Commands of ours.
	cmd.Dir = b.Layout.Path(dir)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = log, log
	endTogether(cmd)
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}
	return nil
}

// exists tells whether the checkout has a file yet.
func (b Builder) exists(elem ...string) bool {
	_, err := os.Stat(b.Layout.Path(elem...))
	return !errors.Is(err, fs.ErrNotExist)
}

// link puts a file where another name expects it, by a hard link where the file system can.
func link(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return fmt.Errorf("make the folder of %s: %w", to, err)
	}
	if err := os.Link(from, to); err == nil {
		return nil
	}
	content, err := os.ReadFile(from) //nolint:gosec // A file we made.
	if err != nil {
		return fmt.Errorf("read %s: %w", from, err)
	}
	if err := os.WriteFile(to, content, 0o755); err != nil { //nolint:gosec // A program.
		return fmt.Errorf("write %s: %w", to, err)
	}
	return nil
}
