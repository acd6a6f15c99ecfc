package fanout_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
)

// readers tell what each is told of reactions.
type readers struct{ numbers }

func (readers) Room(_ id.ID, e fanout.Run, p fanout.RoomPush) []byte {
	out := fmt.Sprint(e.Number)
	for _, m := range p.Messages {
		for _, r := range m.Reactions {
			if m.ID == e.EntityID && r.Mine {
				out += r.Emoji
			}
		}
	}
	return []byte(out)
}

func TestEachIsToldWhichReactionsAreTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann, _ := c.member("ann", 1)
		bob, _ := c.member("bob", 2)
		c.member("cid", 1)
		push := c.happens(said(1), said(2), said(3))
		c.room.Messages = []message.Message{
			{ID: c.room.Events[0].EntityID},
			{ID: c.room.Events[1].EntityID, Reactions: []message.Reaction{{Emoji: "x", Count: 2, By: []id.ID{ann, bob}}, {Emoji: "y", Count: 1, By: []id.ID{bob}}}},
			{ID: c.room.Events[2].EntityID, Reactions: []message.Reaction{{Emoji: "z", Count: 1, By: []id.ID{ann}}}},
		}
		f := c.fanOut(1000)
		f.Frames = readers{}
		if err := f.Push(t.Context(), push); err != nil {
			t.Fatal(err)
		}
		for connection, want := range map[string]string{"ann0": "1 2x 3z", "bob0": "1 2xy 3", "bob1": "1 2xy 3", "cid0": "1 2 3"} {
			if got := strings.Join(c.frames[connection], " "); got != want {
				t.Errorf("%s: %s, want %s", connection, got, want)
			}
		}
	})
}
