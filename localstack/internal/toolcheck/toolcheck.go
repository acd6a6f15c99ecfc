// Package toolcheck looks for the programs that a machine must bring, and says how to get one that is missing.
package toolcheck

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// Tool is a program that must be there.
type Tool struct {
	Name string
	// Version is the command that prints its version, and Least the oldest that will do.
	Version []string
	Least   [2]int
	// Get says how to get it.
	Get string
}

// Required is what `make up` cannot install by itself.
var Required = []Tool{
	{"go", []string{"go", "env", "GOVERSION"}, [2]int{1, 26}, "https://go.dev/dl/"},
	{"cargo", []string{"cargo", "--version"}, [2]int{1, 88}, "https://rustup.rs: curl --proto '=https' -sSf https://sh.rustup.rs | sh"},
	{"node", []string{"node", "--version"}, [2]int{20, 11}, "https://nodejs.org/en/download (20.11 or newer)"},
	{"npm", []string{"npm", "--version"}, [2]int{9, 0}, "it comes with Node: https://nodejs.org/en/download"},
	{"python3", []string{"python3", "--version"}, [2]int{3, 10}, "https://www.python.org/downloads/ or apt-get install python3 python3-venv"},
}

// Check names every tool that is missing or too old.
func Check(ctx context.Context, tools []Tool) error {
	var problems []error
	for _, tool := range tools {
		if err := tool.check(ctx); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

var number = regexp.MustCompile(`(\d+)\.(\d+)`)

func (t Tool) check(ctx context.Context) error {
	if _, err := exec.LookPath(t.Version[0]); err != nil {
		return fmt.Errorf("%s is missing. Get it: %s", t.Name, t.Get)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	said, err := exec.CommandContext(ctx, t.Version[0], t.Version[1:]...).Output() //nolint:gosec // Commands of the table.
	if err != nil {
		return fmt.Errorf("%s does not run (%w). Get it again: %s", t.Name, err, t.Get)
	}
	found := number.FindStringSubmatch(string(said))
	if found == nil {
		return fmt.Errorf("%s says %q where its version was expected. Get it again: %s", t.Name, said, t.Get)
	}
	major, _ := strconv.Atoi(found[1])
	minor, _ := strconv.Atoi(found[2])
	if major < t.Least[0] || (major == t.Least[0] && minor < t.Least[1]) {
		return fmt.Errorf("%s %d.%d is too old: at least %d.%d. Get it: %s", t.Name, major, minor, t.Least[0], t.Least[1], t.Get)
	}
	return nil
}
