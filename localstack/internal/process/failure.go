package process

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// Failure is a part that did not start or ended when it should not: what happened, the end of its log, and where the
// rest of it is.
type Failure struct {
	Part   string
	Log    string
	Reason string
	// Tail is the end of the log when it happened.
	Tail string
}

// shownLines is how much of a log a failure quotes.
const shownLines = 12

// Fail describes what happened to a part together with the end of its log.
func Fail(part, log, reason string) *Failure {
	return &Failure{Part: part, Log: log, Reason: reason, Tail: Tail(log, shownLines)}
}

// Error names the part, the reason, the log and its last lines.
func (f *Failure) Error() string {
	tail := f.Tail
	hint := DiskFull(tail)
	if tail == "" {
		tail = "(the log is empty)"
	}
	return fmt.Sprintf("%s %s%s\n  log: %s\n  | %s", f.Part, f.Reason, hint, f.Log, strings.ReplaceAll(tail, "\n", "\n  | "))
}

// DiskFull is a hint if a program's words say that the disk is full, else nothing.
func DiskFull(words string) string {
	for _, sign := range []string{"no space left on device", "enospc", "disk quota exceeded"} {
		if strings.Contains(strings.ToLower(words), sign) {
			return "\n  The disk is full: make room, then start again."
		}
	}
	return ""
}

// Tail is the last lines of a file, or nothing if it cannot be read.
func Tail(path string, lines int) string {
	content, err := os.ReadFile(path) //nolint:gosec // One of our own logs.
	if err != nil {
		return ""
	}
	content = bytes.TrimRight(content, "\n")
	for i, seen := len(content)-1, 0; i >= 0; i-- {
		if content[i] != '\n' {
			continue
		}
		if seen++; seen == lines {
			return string(content[i+1:])
		}
	}
	return string(content)
}
