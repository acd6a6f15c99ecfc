// Package web serves the built web application.
package web

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/ports"
	"github.com/yoriai/yoriai/localstack/internal/probe"
	"github.com/yoriai/yoriai/localstack/internal/process"
)

// Server is Next's standalone server of one local cloud.
type Server struct {
	// Built is the folder that the build left; Dir is this cloud's own copy, so that a new build does not pull files
	// from under a running server.
	Built, Dir string
	Port       int
	Log        string
	// PublicHost is where people see it, BuiltHost what it was built for.
	PublicHost, BuiltHost string
	// API is where the server itself reaches the API; with the origin secret it is believed for whom it calls.
	API, OriginSecret string
}

// Start copies the build and serves it.
func (s Server) Start(ctx context.Context) (*process.Process, error) {
	if err := s.copyBuild(); err != nil {
		return nil, fmt.Errorf("web: copy the build: %w", err)
	}
	return process.Start(ctx, process.Spec{
		Name:    "web",
		Command: []string{"node", filepath.Join(s.Dir, "server.js")},
		Dir:     s.Dir,
		Env: append(os.Environ(),
			"NODE_ENV=production", "NEXT_TELEMETRY_DISABLED=1",
			"HOSTNAME="+ports.Host, "PORT="+strconv.Itoa(s.Port),
			"PUBLIC_HOST="+s.PublicHost, "PUBLIC_ORIGIN=http://"+s.PublicHost, "API_INTERNAL_URL="+s.API, "ORIGIN_SECRET="+s.OriginSecret),
		Log:         s.Log,
		Ready:       func(ctx context.Context) error { return probe.Alive(ctx, ports.URL(s.Port)+"/favicon.ico") },
		StopTimeout: 3 * time.Second,
	})
}

// copyBuild links every file of the build into Dir, and writes the public host into the copies of those that name it:
// Next fixes the origins that may call Server Actions when it builds.
func (s Server) copyBuild() error {
	if err := os.RemoveAll(s.Dir); err != nil {
		return err
	}
	return filepath.WalkDir(s.Built, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(s.Built, path)
		if err != nil {
			return err
		}
		to := filepath.Join(s.Dir, relative)
		switch {
		case entry.IsDir():
			return os.MkdirAll(to, 0o750)
		case entry.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(target, to) //nolint:gosec // Our own build.
		case s.namesHost(relative):
			return s.rewrite(path, to)
		}
		if os.Link(path, to) == nil { //nolint:gosec // Our own build.
			return nil
		}
		return copyFile(path, to)
	})
}

// namesHost tells whether a file of the build holds Next's configuration.
func (s Server) namesHost(relative string) bool {
	if s.PublicHost == s.BuiltHost {
		return false
	}
	name := filepath.Base(relative)
	return relative == "server.js" || name == "required-server-files.json" || name == "required-server-files.js"
}

func (s Server) rewrite(from, to string) error {
	content, err := os.ReadFile(from) //nolint:gosec // Our own build.
	if err != nil {
		return err
	}
	content = bytes.ReplaceAll(content, []byte(strconv.Quote(s.BuiltHost)), []byte(strconv.Quote(s.PublicHost)))
	return os.WriteFile(to, content, 0o600) //nolint:gosec // Our own copy.
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from) //nolint:gosec // Our own build.
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600) //nolint:gosec // Our own copy.
}
