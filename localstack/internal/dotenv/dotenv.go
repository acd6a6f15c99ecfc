// Package dotenv reads the keys a user keeps in .env.
package dotenv

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Read returns the assignments of a file, in its order, as NAME=value; a missing file has none. Blank lines, comments,
// `export` and quotes around a value are understood.
func Read(path string) ([]string, error) {
	file, err := os.Open(path) //nolint:gosec // The checkout's .env.
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	defer file.Close() //nolint:errcheck // Only read.
	var assignments []string
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name = strings.TrimSpace(name)
		if !found || name == "" {
			return nil, fmt.Errorf("%s, line %d: expected NAME=value", path, n)
		}
		assignments = append(assignments, name+"="+unquote(strings.TrimSpace(value)))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return assignments, nil
}

// unquote takes one pair of quotes off.
func unquote(value string) string {
	for _, quote := range []string{`"`, `'`} {
		if len(value) >= 2 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			return value[1 : len(value)-1]
		}
	}
	return value
}
