package steps

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/process"
)

// Progress prints a line for each step that ends, and keeps telling what is running: on a terminal in a line of its own, in a
// log every half minute.
type Progress struct {
	out      io.Writer
	terminal bool

	mu      sync.Mutex
	running []string
	began   map[string]time.Time
	stop    chan struct{}
}

// NewProgress prints to out.
func NewProgress(out *os.File) *Progress {
	p := &Progress{out: out, terminal: isTerminal(out), began: map[string]time.Time{}, stop: make(chan struct{})}
	every := time.Second
	if !p.terminal {
		every = 30 * time.Second
	}
	go p.refresh(every)
	return p
}

// isTerminal tells whether someone watches.
func isTerminal(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// Close ends the line of what is running.
func (p *Progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.stop)
	p.clear()
}

// Began notes that a step started.
func (p *Progress) Began(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = append(p.running, name)
	p.began[name] = time.Now()
	if !p.terminal {
		_, _ = fmt.Fprintf(p.out, "  · %s …\n", name)
		return
	}
	p.draw()
}

// Done notes that a step succeeded, and what it said.
func (p *Progress) Done(name, said string, took time.Duration) {
	p.end(name, fmt.Sprintf("  ✓ %-12s %6.1f s  %s", name, took.Seconds(), said))
}

// Failed notes that a step failed; the reason is printed at the end.
func (p *Progress) Failed(name string) { p.end(name, "  ✗ "+name) }

// Say prints a line among the steps.
func (p *Progress) Say(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	_, _ = fmt.Fprintln(p.out, line)
	p.draw()
}

func (p *Progress) end(name, line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = slices.DeleteFunc(p.running, func(other string) bool { return other == name })
	p.clear()
	_, _ = fmt.Fprintln(p.out, line)
	p.draw()
}

// refresh keeps the seconds going.
func (p *Progress) refresh(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.mu.Lock()
			p.clear()
			if p.terminal {
				p.draw()
			} else if line := p.waiting(); line != "" {
				_, _ = fmt.Fprintln(p.out, line)
			}
			p.mu.Unlock()
		}
	}
}

// clear removes the line of what is running.
func (p *Progress) clear() {
	if p.terminal {
		_, _ = fmt.Fprint(p.out, "\r\033[K")
	}
}

// draw writes the line of what is running.
func (p *Progress) draw() {
	if p.terminal {
		_, _ = fmt.Fprint(p.out, p.waiting())
	}
}

// waiting tells what is running, with the seconds it has taken so far; empty if nothing is.
func (p *Progress) waiting() string {
	if len(p.running) == 0 {
		return ""
	}
	parts := make([]string, 0, len(p.running))
	for _, name := range p.running {
		parts = append(parts, fmt.Sprintf("%s %.0f s", name, time.Since(p.began[name]).Seconds()))
	}
	line := "  … " + strings.Join(parts, " · ")
	const narrow = 100
	if runes := []rune(line); len(runes) > narrow {
		line = string(runes[:narrow-1]) + "…"
	}
	return line
}

// tail is the end of a step's log, indented.
func tail(path string) string {
	const lines = 20
	text := process.Tail(path, lines)
	if text == "" {
		return ""
	}
	return "  | " + strings.ReplaceAll(text, "\n", "\n  | ")
}
