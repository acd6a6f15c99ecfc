// Package stamp tells whether something must be made again: it remembers the hash of the files and words it was made from.
package stamp

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// made names folders that are results and never inputs.
var made = []string{"node_modules", "target", ".next", ".open-next", "dist", "cdk.out", "coverage", "test-results", ".git"}

// Of is the hash of words and of the contents of files; folders count with everything in them but what is made there.
// A path that does not exist counts as empty.
func Of(words, paths []string) (string, error) {
	sum := sha256.New()
	for _, word := range words {
		_, _ = fmt.Fprintf(sum, "%d:%s", len(word), word)
	}
	for _, path := range paths {
		if err := addTree(sum, path); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func addTree(sum io.Writer, root string) error {
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path == root:
			return nil
		case errors.Is(err, fs.ErrNotExist):
			return nil // gone while we looked: an editor's temporary file
		case err != nil:
			return err
		case entry.IsDir() && path != root && slices.Contains(made, entry.Name()):
			return filepath.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		return addFile(sum, path)
	})
	if err != nil {
		return fmt.Errorf("hash %s: %w", root, err)
	}
	return nil
}

func addFile(sum io.Writer, path string) error {
	content, err := os.ReadFile(path) //nolint:gosec // A file of the checkout.
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(sum, "%d:%s%d:", len(path), path, len(content))
	_, _ = sum.Write(content)
	return nil
}

// Fresh tells whether the file of a stamp holds this hash.
func Fresh(file, hash string) bool {
	content, err := os.ReadFile(file) //nolint:gosec // A stamp of ours.
	return err == nil && string(content) == hash
}

// Write remembers a hash.
func Write(file, hash string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return fmt.Errorf("make the folder of a stamp: %w", err)
	}
	if err := os.WriteFile(file, []byte(hash), 0o600); err != nil {
		return fmt.Errorf("write a stamp: %w", err)
	}
	return nil
}

// Forget makes sure that the next look finds nothing.
func Forget(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a stamp: %w", err)
	}
	return nil
}
