package replies

import (
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/ai"
)

// thinkEvery is how often watchers are told that a model thinks, however often the model tells it.
const thinkEvery = time.Second

// thoughts is what is known of an attempt's thinking.
type thoughts struct {
	text   string // the beginning, at most ai.MaxThinkingBytes
	tokens int64
	told   time.Time
}

// take adds a sign of thinking, and tells whether it is time to pass it on.
func (t *thoughts) take(sign ai.Thinking, now time.Time) bool {
	t.tokens = max(t.tokens, sign.Tokens)
	if left := ai.MaxThinkingBytes - len(t.text); left > 0 {
		more := printable(sign.Text)
		if len(more) > left {
			for left > 0 && !utf8.RuneStart(more[left]) {
				left--
			}
			more = more[:left]
		}
		t.text += more
	}
	if now.Sub(t.told) < thinkEvery {
		return false
	}
	t.told = now
	return true
}

// think passes on how far the model has come. It is no text: nothing of it is counted as the answer, and the lease lives by
// its own pulse.
func (s *stream) think(sign ai.Thinking) {
	s.mu.Lock()
	tell := s.thoughts.take(sign, time.Now())
	tokens, text := s.thoughts.tokens, s.thoughts.text
	s.mu.Unlock()
	if tell {
		s.out.Think(sign.Elapsed, tokens, text)
		s.w.step("thinking")
	}
}
