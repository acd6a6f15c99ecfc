package exports_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/usecase/exports"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

// onDisk keeps files in a folder: what is measured is the export, and not the memory of a local cloud that keeps everything in it.
type onDisk struct {
	exports.Files
	folder string
}

func (d onDisk) path(key string) string { return d.folder + "/" + fmt.Sprintf("%x", key) }

func (d onDisk) Put(_ context.Context, key string, b []byte) error {
	return os.WriteFile(d.path(key), b, 0o600)
}
func (d onDisk) Read(_ context.Context, key string) ([]byte, error) { return os.ReadFile(d.path(key)) }

func (d onDisk) Upload(_ context.Context, key string, write func(w io.Writer) error) (int64, error) {
	file, err := os.Create(d.path(key))
	if err != nil {
		return 0, err
	}
	if err := write(file); err != nil {
		return 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), file.Close()
}

func (d onDisk) Remove(_ context.Context, keys []string) error {
	for _, key := range keys {
		_ = os.Remove(d.path(key))
	}
	return nil
}

// The figure of an export: printed, never asserted. YORIAI_BENCH_ROWS says how many messages, 1,000,000 unless it does.
func TestFigureExport(t *testing.T) {
	if os.Getenv("YORIAI_BENCH") == "" {
		t.Skip("a measurement: make bench")
	}
	rows := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("YORIAI_BENCH_ROWS")); err == nil {
		rows = n
	}
	w := newWorld(t)
	for left := rows; left > 0; left -= 100_000 {
		w.fill(min(left, 100_000))
	}
	w.exec(`ANALYZE`)
	j := w.exports(w.meiToken, "json")
	u := w.with(onDisk{w.Files, t.TempDir()})
	runtime.GC()
	// What the process holds, looked at all the time; what it was given before is not the export's.
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&now)
				peak.Store(max(peak.Load(), now.HeapInuse+now.StackInuse))
			}
		}
	}()
	began := time.Now()
	for step := jobs.Prepare; step != jobs.Done; {
		next, err := u.Step(t.Context(), step, j.ID)
		if err != nil || next == jobs.CleanUp {
			t.Fatal(next, err)
		}
		step = next
	}
	took := time.Since(began)
	close(stop)
	file, err := os.ReadFile(onDisk{folder: u.Kinds["export"].(exports.Exports).Files.(onDisk).folder}.path(j.ID.String() + "/export.zip"))
	if err != nil {
		t.Fatal(err)
	}
	report := w.right(bytes.Clone(file))
	fmt.Printf("%-58s %8.0f messages/s, %d of them in %d parts, %.1f MB\n", "an export as JSON lines", float64(rows)/took.Seconds(), report.Messages, len(report.Manifest.Parts), float64(len(file))/1e6)
	fmt.Printf("%-58s %8.1f MB at its peak, %.1f before\n", "memory that it holds", float64(peak.Load())/1e6, float64(before.HeapInuse+before.StackInuse)/1e6)
}
