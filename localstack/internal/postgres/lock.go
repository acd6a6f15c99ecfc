package postgres

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// runningPostmaster reads a postmaster.pid (process id on the first line, data folder on the second) and returns the
// id of the server if it still runs. In a user namespace ids are the host's, so they can be looked up here.
func runningPostmaster(lock []byte) int {
	lines := bytes.SplitN(lock, []byte("\n"), 3)
	if len(lines) < 2 {
		return 0
	}
	pid, err := strconv.Atoi(string(bytes.TrimSpace(lines[0])))
	if err != nil || pid <= 0 {
		return 0
	}
	// The id may since belong to another program: only one that was started on this very folder counts.
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) //nolint:gosec // A number.
	if err != nil {
		return 0
	}
	if !strings.Contains(string(command), filepath.Clean(string(lines[1]))) {
		return 0
	}
	return pid
}
