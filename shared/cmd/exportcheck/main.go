// Command exportcheck verifies a file that somebody took along: exportcheck FILE.zip. It ends with 0 if all is right, with 1 if
// something is wrong, and with 2 if it cannot tell.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/yoriai/yoriai/shared/cmd/exportcheck/check"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, amiss io.Writer) int {
	if len(args) != 1 {
		_, _ = fmt.Fprintln(amiss, "usage: exportcheck FILE.zip")
		return 2
	}
	report, err := verify(args[0])
	if err != nil {
		_, _ = fmt.Fprintln(amiss, "exportcheck:", err)
		return 2
	}
	for _, wrong := range report.Wrong {
		_, _ = fmt.Fprintln(out, wrong)
	}
	if len(report.Wrong) > 0 {
		return 1
	}
	m := report.Manifest
	_, _ = fmt.Fprintf(out, "right: %s, %d messages as %s (%d private, numbered up to %d) in %d parts\n", m.Kind, report.Messages, m.Messages, report.Private, report.Last, len(m.Parts))
	return 0
}

func verify(name string) (*check.Report, error) {
	file, err := os.Open(name) //nolint:gosec // the file that one asks for
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return check.Zip(file, info.Size())
}
