// Package disk looks at the room that is left.
package disk

import (
	"fmt"
	"syscall"
)

// Sizes in bytes.
const (
	mega = 1 << 20
	giga = 1 << 30
)

// Check fails if less than needed bytes are left where path is.
func Check(path string, needed uint64) error {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(path, &stat); err != nil {
		return fmt.Errorf("look at the disk of %s: %w", path, err)
	}
	free := stat.Bavail * uint64(stat.Bsize) //nolint:gosec // A block size is positive.
	if free >= needed {
		return nil
	}
	return fmt.Errorf("the disk of %s has only %s left, %s are needed: make room, then start again", path, Human(free), Human(needed))
}

// Human is a size for people.
func Human(bytes uint64) string {
	if bytes >= giga {
		return fmt.Sprintf("%.1f GB", float64(bytes)/giga)
	}
	return fmt.Sprintf("%d MB", bytes/mega)
}
