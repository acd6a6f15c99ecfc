package broadcast

import (
	"cmp"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/realtime"
)

const (
	// maxText is how many bytes one frame's text may take as encoded: the rest of the frame is names and ids.
	maxText = realtime.MaxPush - 1024
	// maxBacklog is how much text is kept for sockets that are behind, in code points; up to twice as much for a while. One that
	// is further behind misses some, sees the gap and fetches the text so far.
	maxBacklog = 32 << 10
)

// state is what a broadcast knows, and decides what is sent next. It does nothing by itself, and knows no time.
type state struct {
	text     []rune // the newest part of the answer
	base     int    // where text begins
	heard    int    // how far the answer had come at the last flush: where a new socket begins
	thinking *Thinking
	thought  int // counts thinking
	outlets  map[string]*outlet
	round    int // counts flushes
	// open says that the last look at who may hear succeeded. Otherwise nobody is told anything.
	open bool
}

// outlet is one socket. One post is in flight at a time; what comes meanwhile is joined to the next.
type outlet struct {
	busy    bool
	next    int // the offset that it waits for
	thought int // the thinking it was told last
	turn    int // the round of its last post
	failed  int // posts that failed one after another
	rests   int // the round until which it rests
}

// trialsAtOnce is how many posts may be in flight to sockets that failed the last time: hung ones, that take two seconds each,
// must leave room for the others.
const trialsAtOnce = postsAtOnce / 4

// longestRest is, as a power of two, for how many rounds a socket rests that fails again and again.
const longestRest = 6

// post is one frame to one socket.
type post struct {
	connection string
	outlet     *outlet
	delta      Delta
	thinking   *Thinking
}

func (s *state) end() int { return s.base + len(s.text) }

// append takes text. Text that does not continue what is there begins anew.
func (s *state) append(offset int, text string) {
	if text == "" {
		return
	}
	s.thinking = nil
	if offset != s.end() {
		s.text, s.base = nil, offset
	}
	s.text = append(s.text, []rune(text)...)
	if surplus := len(s.text) - maxBacklog; surplus > maxBacklog {
		s.text = slices.Clone(s.text[surplus:])
		s.base += surplus
	}
}

// think replaces what was not told yet; once there is text, thinking says nothing any more.
func (s *state) think(t Thinking) {
	if s.end() > 0 {
		return
	}
	s.thinking = &t
	s.thought++
}

// admit takes who may hear from now on.
func (s *state) admit(connections []realtime.Connection) {
	now := make(map[string]*outlet, len(connections))
	for _, c := range connections {
		if now[c.ID] = s.outlets[c.ID]; now[c.ID] == nil {
			now[c.ID] = &outlet{next: s.heard}
		}
	}
	s.outlets, s.open = now, true
}

// due is which sockets wait for something, those whose last turn is longest ago first, at most so many.
func (s *state) due(most int) []string {
	if !s.open {
		return nil
	}
	var waiting []string
	trials := trialsAtOnce
	for connection, o := range s.outlets {
		if o.busy && o.failed > 0 {
			trials--
		}
		if !o.busy && o.rests <= s.round && (o.next < s.end() || s.thinking != nil && o.thought < s.thought) {
			waiting = append(waiting, connection)
		}
	}
	slices.SortFunc(waiting, func(a, b string) int {
		return cmp.Or(cmp.Compare(s.outlets[a].turn, s.outlets[b].turn), cmp.Compare(a, b))
	})
	waiting = slices.DeleteFunc(waiting, func(connection string) bool {
		if s.outlets[connection].failed == 0 {
			return false
		}
		trials--
		return trials < 0
	})
	return waiting[:min(len(waiting), max(most, 0))]
}

// flush makes the next frame of each of these sockets.
func (s *state) flush(connections []string) []post {
	if s.open {
		s.heard = s.end()
	}
	s.round++
	posts := make([]post, 0, len(connections))
	for _, connection := range connections {
		o := s.outlets[connection]
		if o == nil || o.busy {
			continue
		}
		o.busy, o.turn = true, s.round
		p := post{connection: connection, outlet: o}
		if o.next < s.end() {
			o.next = max(o.next, s.base)
			rest := s.text[o.next-s.base:]
			n := fitting(rest)
			p.delta = Delta{Offset: o.next, Text: string(rest[:n])}
			o.next += n
		} else {
			p.thinking = s.thinking
		}
		o.thought = s.thought
		posts = append(posts, p)
	}
	return posts
}

// done notes how a post ended. A socket that fails rests longer each time, so that those that hang take no turns from others.
func (s *state) done(o *outlet, ok bool) {
	o.busy = false
	if ok {
		o.failed = 0
		return
	}
	o.failed = min(o.failed+1, longestRest)
	o.rests = s.round + 1<<o.failed
}

// fitting is how many code points fit one frame.
func fitting(text []rune) int {
	size := 0
	for n, r := range text {
		if size += encoded(r); size > maxText {
			return n
		}
	}
	return len(text)
}

// encoded is how many bytes a code point takes in JSON.
func encoded(r rune) int {
	switch {
	case r == '\u2028' || r == '\u2029':
		return longestEscape
	case r >= utf8.RuneSelf:
		return utf8.RuneLen(r)
	}
	return ascii[r]
}

const longestEscape = 6

// ascii asks the encoder itself once, so that nothing here repeats its rules.
var ascii = func() (sizes [utf8.RuneSelf]int) {
	for r := range sizes {
		sizes[r] = longestEscape
		if b, err := json.Marshal(string(rune(r))); err == nil {
			sizes[r] = len(b) - len(`""`)
		}
	}
	return sizes
}()

// last is the end of a text, as much of it as fits one frame.
func last(text string) string {
	size, begin := 0, len(text)
	for begin > 0 {
		r, width := utf8.DecodeLastRuneInString(text[:begin])
		if size += encoded(r); size > maxText {
			break
		}
		begin -= width
	}
	return text[begin:]
}
