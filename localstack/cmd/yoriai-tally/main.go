// Command yoriai-tally reads a test runner's output, shows it, and appends the counts to a file:
//
//	go test -json ./... | yoriai-tally go COUNTS
//
// and sums such a file in one closing line:
//
//	yoriai-tally sum COUNTS
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"github.com/yoriai/yoriai/localstack/internal/tally"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "yoriai-tally:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 2 {
		return errors.New("usage: yoriai-tally go|cargo|vitest|node|sum COUNTS")
	}
	runner, path := arguments[0], arguments[1]
	if runner == "sum" {
		return sum(path)
	}
	counts, err := tally.Read(runner, os.Stdin, os.Stdout)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // The caller's file.
	if err != nil {
		return fmt.Errorf("open the counts: %w", err)
	}
	_, err = fmt.Fprintln(file, counts.Passed, counts.Failed, counts.Skipped)
	return errors.Join(err, file.Close())
}

// sum prints the sum of all counts, and fails if a test failed or none ran.
func sum(path string) error {
	file, err := os.Open(path) //nolint:gosec // The caller's file.
	if err != nil {
		return fmt.Errorf("open the counts: %w", err)
	}
	defer file.Close() //nolint:errcheck // Only read.
	var all tally.Counts
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var one tally.Counts
		if _, err := fmt.Sscan(lines.Text(), &one.Passed, &one.Failed, &one.Skipped); err != nil {
			return fmt.Errorf("read the counts: %w", err)
		}
		all.Add(one)
	}
	fmt.Println(all)
	if all.Failed > 0 || all.Passed == 0 {
		return errors.New("not everything passed")
	}
	return lines.Err()
}
