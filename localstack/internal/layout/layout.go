// Package layout knows where things lie: what is shared by every local cloud of this checkout (tools, virtual
// environments, Postgres's programs) and what belongs to one of them (its data, its logs, what it deployed).
package layout

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Layout is the set of folders one local cloud works with.
type Layout struct {
	// Root is the checkout: the folder of go.work.
	Root string
	// Home holds the state of one local cloud; deleting it forgets the cloud.
	Home string
	// Tools holds what is installed once for all of them.
	Tools string
}

// Find locates the checkout from the working directory upwards. YORIAI_HOME moves the state, so that a second cloud can
// run beside the first.
func Find() (Layout, error) {
	root, err := findRoot()
	if err != nil {
		return Layout{}, err
	}
	if err := usable(root); err != nil {
		return Layout{}, err
	}
	home := os.Getenv("YORIAI_HOME")
	if home == "" {
		home = ".local"
	}
	if !filepath.IsAbs(home) {
		home = filepath.Join(root, home)
	}
	return Layout{Root: root, Home: home, Tools: filepath.Join(root, ".tools")}, nil
}

// usable refuses a path that programs which we start cannot have: a colon parts search paths, and PostgreSQL hands its own
// path to a shell between double quotes. Spaces and letters of all languages are fine.
func usable(root string) error {
	if i := strings.IndexAny(root, ":$`\"\\\n"); i >= 0 {
		return fmt.Errorf("the checkout's path %s has a %q in it, which PostgreSQL and search paths cannot hold: move the checkout", root, root[i])
	}
	return nil
}

// findRoot walks up to the folder with go.work.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.work above the working directory: run this inside a checkout of Yoriai")
		}
		dir = parent
	}
}

// Path is a path below the checkout.
func (l Layout) Path(elem ...string) string {
	return filepath.Join(append([]string{l.Root}, elem...)...)
}

// State is a path below the home of this local cloud.
func (l Layout) State(elem ...string) string {
	return filepath.Join(append([]string{l.Home}, elem...)...)
}

// Tool is a path below the shared tools.
func (l Layout) Tool(elem ...string) string {
	return filepath.Join(append([]string{l.Tools}, elem...)...)
}

// Log is the log file of a part.
func (l Layout) Log(part string) string {
	return l.State("logs", part+".log")
}

// Short shows a path the way a person in the checkout would type it.
func (l Layout) Short(path string) string {
	if rel, err := filepath.Rel(l.Root, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
