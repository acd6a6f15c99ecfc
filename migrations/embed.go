// Package migrations holds the schema as plain SQL and runs it.
//
// Migrations expand before they contract: new code runs on the old schema and the reverse.
package migrations

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
)

// Files are the migrations in order of their numbers.
//
//go:embed *.sql
var Files embed.FS

// Fingerprint is another text for every other set of migrations; tests name their template database by it.
func Fingerprint() (string, error) {
	names, err := fs.Glob(Files, "*.sql")
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range names {
		text, err := Files.ReadFile(name)
		if err != nil {
			return "", err
		}
		sum.Write([]byte(name))
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}
