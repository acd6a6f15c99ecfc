package cloud

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/yoriai/yoriai/localstack/internal/control"
	"github.com/yoriai/yoriai/localstack/internal/process"
)

// part is a program that must keep running.
type part struct {
	name string
	port int
	log  string
	// restart says that it holds nothing anyone would miss: if it ends, it is started again.
	restart bool
	start   func(context.Context) (*process.Process, error)

	running  *process.Process
	state    string
	restarts int
	recent   []time.Time
}

// Restarting a part more often than this within a minute is no way out.
const maxRestarts = 5

// supervisor keeps parts running until one is lost for good or all are told to stop.
type supervisor struct {
	say     func(string)
	changed func([]control.Part)
	// lost takes the failure of a part that the cloud cannot be without.
	lost chan error

	mu       sync.Mutex
	parts    []*part
	stopping chan struct{}
	watchers sync.WaitGroup
}

func newSupervisor(say func(string), changed func([]control.Part)) *supervisor {
	return &supervisor{say: say, changed: changed, lost: make(chan error, 16), stopping: make(chan struct{})}
}

// run starts a part and watches it from then on.
func (s *supervisor) run(ctx context.Context, p *part) error {
	running, err := p.start(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	p.running, p.state = running, "running"
	s.parts = append(s.parts, p)
	s.mu.Unlock()
	s.publish()
	// The part outlives what started it: ctx is that of the start-up.
	s.watchers.Go(func() { s.watch(p) }) //nolint:contextcheck // A restart lives until stop, not until the start-up ends.
	return nil
}

// watch waits for a part's end and decides what comes of it.
func (s *supervisor) watch(p *part) {
	for {
		s.mu.Lock()
		running := p.running
		s.mu.Unlock()
		select {
		case <-s.stopping:
			return
		case <-running.Done():
		}
		select {
		case <-s.stopping:
			return
		default:
		}
		if !s.revive(p, running.Failure()) {
			return
		}
	}
}

// revive starts a part again; false means that the cloud goes down.
func (s *supervisor) revive(p *part, failure *process.Failure) bool {
	if !p.restart || !p.mayRestart(time.Now()) {
		s.setState(p, "ended")
		s.lost <- failure
		return false
	}
	s.setState(p, "starting again")
	s.say(fmt.Sprintf("  ! %s %s; starting it again (log: %s)", p.name, failure.Reason, p.log))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-s.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	running, err := p.start(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return false
		}
		s.setState(p, "ended")
		s.lost <- err
		return false
	}
	s.mu.Lock()
	p.running, p.state, p.restarts = running, "running", p.restarts+1
	s.mu.Unlock()
	s.publish()
	s.say("  ✓ " + p.name + " runs again")
	return true
}

// mayRestart counts restarts within the last minute.
func (p *part) mayRestart(now time.Time) bool {
	kept := p.recent[:0]
	for _, at := range p.recent {
		if now.Sub(at) < time.Minute {
			kept = append(kept, at)
		}
	}
	p.recent = append(kept, now)
	return len(p.recent) <= maxRestarts
}

func (s *supervisor) setState(p *part, state string) {
	s.mu.Lock()
	p.state = state
	s.mu.Unlock()
	s.publish()
}

// publish tells the state of all parts.
func (s *supervisor) publish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := make([]control.Part, 0, len(s.parts))
	for _, p := range s.parts {
		parts = append(parts, control.Part{
			Name: p.name, PID: p.running.PID(), Program: p.running.Program(), Port: p.port, Log: p.log, State: p.state, Restarts: p.restarts,
		})
	}
	s.changed(parts)
}

// signal sends a signal's effect to a part by name, if it runs.
func (s *supervisor) process(name string) *process.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.parts {
		if p.name == name {
			return p.running
		}
	}
	return nil
}

// stop ends all parts: first those that use the others, then the stores.
func (s *supervisor) stop() {
	close(s.stopping)
	s.watchers.Wait()
	stores := map[string]bool{"postgres": true, "redis": true}
	for _, round := range []bool{false, true} {
		var wait sync.WaitGroup
		for _, p := range s.parts {
			if stores[p.name] == round {
				wait.Go(p.running.Stop)
			}
		}
		wait.Wait()
	}
}
