package control

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// endOrphans ends parts whose supervisor was killed. A process counts only if it runs the program that was noted: ids are
// used again.
func endOrphans(state State) bool {
	ended := false
	for _, part := range state.Parts {
		if part.PID == 0 {
			continue
		}
		command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", part.PID))
		if err != nil {
			continue
		}
		if program, _, _ := bytes.Cut(command, []byte{0}); string(program) != part.Program {
			continue
		}
		ended = syscall.Kill(-part.PID, syscall.SIGTERM) == nil || ended
	}
	return ended
}
