// Package logs shows log files and follows them.
package logs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/process"
)

// Follow prints the last lines of each file and then what is added, each line with the name of its file if there are
// several; it ends with ctx, or when nothing runs any more.
func Follow(ctx context.Context, out io.Writer, files []string, running func() bool) {
	const last = 20
	followed := make([]*followedFile, 0, len(files))
	for _, path := range files {
		f := &followedFile{path: path}
		if len(files) > 1 {
			f.prefix = fmt.Sprintf("%-13s | ", strings.TrimSuffix(filepath.Base(path), ".log"))
		}
		if info, err := os.Stat(path); err == nil {
			f.offset = info.Size()
		}
		f.print(out, []byte(process.Tail(path, last)))
		followed = append(followed, f)
	}
	for running() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(300 * time.Millisecond):
		}
		for _, f := range followed {
			f.more(out)
		}
	}
}

type followedFile struct {
	path, prefix string
	offset       int64
	partial      []byte
}

// more prints the whole lines that were added.
func (f *followedFile) more(out io.Writer) {
	file, err := os.Open(f.path)
	if err != nil {
		return
	}
	defer file.Close() //nolint:errcheck // Only read.
	if info, err := file.Stat(); err == nil && info.Size() < f.offset {
		f.offset = 0 // a new run began the file anew
	}
	added, err := io.ReadAll(io.NewSectionReader(file, f.offset, 1<<24))
	if err != nil {
		return
	}
	f.offset += int64(len(added))
	f.partial = append(f.partial, added...)
	end := bytes.LastIndexByte(f.partial, '\n')
	if end < 0 {
		return
	}
	f.print(out, f.partial[:end])
	f.partial = append([]byte(nil), f.partial[end+1:]...)
}

func (f *followedFile) print(out io.Writer, lines []byte) {
	if len(lines) == 0 {
		return
	}
	for line := range bytes.SplitSeq(lines, []byte{'\n'}) {
		_, _ = fmt.Fprintf(out, "%s%s\n", f.prefix, line)
	}
}
