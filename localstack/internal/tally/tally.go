// Package tally counts the tests of several runners.
package tally

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Counts is how many tests ended how.
type Counts struct{ Passed, Failed, Skipped int }

// Add adds other counts.
func (c *Counts) Add(other Counts) {
	c.Passed += other.Passed
	c.Failed += other.Failed
	c.Skipped += other.Skipped
}

// String is the line that closes a test run.
func (c Counts) String() string {
	text := fmt.Sprintf("%d passed, %d failed", c.Passed, c.Failed)
	if c.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", c.Skipped)
	}
	return text
}

// Read counts the tests in a runner's output, and shows what people want to see of it.
func Read(runner string, in io.Reader, show io.Writer) (Counts, error) {
	switch runner {
	case "go":
		return readGo(in, show)
	case "cargo":
		return readLines(in, show, cargoLine)
	case "vitest":
		return readLines(in, show, vitestLine)
	case "node":
		return readLines(in, show, nodeLine)
	}
	return Counts{}, fmt.Errorf("%s is no runner that can be counted", runner)
}

// readLines passes a runner's text through and counts the lines with its sums.
func readLines(in io.Reader, show io.Writer, count func(string, *Counts)) (Counts, error) {
	var counts Counts
	reader := bufio.NewReader(in)
	for {
		line, err := reader.ReadString('\n')
		_, _ = io.WriteString(show, line)
		count(strings.TrimSpace(colours.ReplaceAllString(line, "")), &counts)
		if err == io.EOF {
			return counts, nil
		}
		if err != nil {
			return counts, fmt.Errorf("read the runner's output: %w", err)
		}
	}
}

var (
	colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)
	cargo   = regexp.MustCompile(`^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored`)
	number  = regexp.MustCompile(`(\d+) (passed|failed|skipped|todo)`)
	node    = regexp.MustCompile(`^(?:ℹ|#) (pass|fail|cancelled|skipped|todo) (\d+)$`)
)

func cargoLine(line string, counts *Counts) {
	if found := cargo.FindStringSubmatch(line); found != nil {
		counts.Add(Counts{Passed: atoi(found[1]), Failed: atoi(found[2]), Skipped: atoi(found[3])})
	}
}

// vitestLine reads "Tests  2 failed | 10 passed | 1 skipped (13)".
func vitestLine(line string, counts *Counts) {
	if !strings.HasPrefix(line, "Tests ") {
		return
	}
	for _, found := range number.FindAllStringSubmatch(line, -1) {
		counts.word(found[2], atoi(found[1]))
	}
}

// nodeLine reads "ℹ pass 10" or, in TAP, "# pass 10".
func nodeLine(line string, counts *Counts) {
	if found := node.FindStringSubmatch(line); found != nil {
		counts.word(found[1], atoi(found[2]))
	}
}

func (c *Counts) word(word string, n int) {
	switch word {
	case "pass", "passed":
		c.Passed += n
	case "fail", "failed", "cancelled":
		c.Failed += n
	case "skipped", "todo":
		c.Skipped += n
	}
}

func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

// readGo counts the tests of `go test -json`, shows a line for each package, and the output of what failed.
func readGo(in io.Reader, show io.Writer) (Counts, error) {
	var counts Counts
	said := map[string][]string{}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		var e event
		switch {
		case len(bytes.TrimSpace(line)) == 0:
		case json.Unmarshal(line, &e) != nil:
			_, _ = show.Write(line) // a compiler's words
		default:
			e.count(&counts, said, show)
		}
		if err == io.EOF {
			return counts, nil
		}
		if err != nil {
			return counts, fmt.Errorf("read the runner's output: %w", err)
		}
	}
}

// count takes in one event.
func (e event) count(counts *Counts, said map[string][]string, show io.Writer) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		if e.Action == "build-output" {
			_, _ = io.WriteString(show, e.Output)
			return
		}
		said[key] = append(said[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			if e.Action != "skip" {
				_, _ = fmt.Fprintf(show, "%-4s %s (%.1f s)\n", e.Action, e.Package, e.Elapsed)
			}
			if e.Action == "fail" {
				_, _ = io.WriteString(show, strings.Join(said[key], ""))
			}
			break
		}
		counts.word(strings.Replace(e.Action, "skip", "skipped", 1), 1)
		if e.Action == "fail" {
			_, _ = fmt.Fprintf(show, "FAIL %s %s\n%s", e.Package, e.Test, strings.Join(said[key], ""))
		}
		delete(said, key)
	}
}
