package message_test

import (
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

func TestGoneKeepsPairsTogether(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(n int) id.ID { return id.Floor(start.Add(time.Duration(n) * time.Second)) }
	list := []message.Oldest{{ID: at(1)}, {ID: at(2), AnsweredBy: at(4)}, {ID: at(3)}, {ID: at(4)}, {ID: at(5), AnsweredBy: at(6)}}
	for _, c := range []struct {
		what    string
		list    []message.Oldest
		before  id.ID
		n       int
		stopped bool
	}{
		{"nothing is there", nil, at(9), 0, false},
		{"an answer beyond the list keeps its question", list, at(9), 4, false},
		{"an answer beyond the bound keeps its question, and what stands between", list, at(4), 1, true},
		{"all before the bound", list, at(5), 4, true},
		{"nothing is old", list, at(1), 0, true},
		{"an answer that is being written", []message.Oldest{{ID: at(1)}, {ID: at(2), AnsweredBy: at(3), Running: true}, {ID: at(3), Running: true}}, at(9), 1, true},
		{"an answer that is written anew behind others' words", []message.Oldest{{ID: at(1), AnsweredBy: at(3)}, {ID: at(2)}, {ID: at(3), Running: true}}, at(9), 0, true},
	} {
		if n, stopped := message.Gone(c.list, c.before); n != c.n || stopped != c.stopped {
			t.Errorf("%s: %d go (stopped %v), want %d (%v)", c.what, n, stopped, c.n, c.stopped)
		}
	}
}
