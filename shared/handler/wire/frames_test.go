package wire_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/broadcast"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
)

func TestWhatAnAnswerSendsIsAsTheContractSays(t *testing.T) {
	t.Parallel()
	in, of := id.New(), id.New()
	delta := wire.Stream{}.Delta(broadcast.Delta{RoomID: in, MessageID: of, Attempt: 2, Offset: 7, Text: "寄合"})
	apitest.CheckFrame(t, "delta", delta)
	thinking := wire.Stream{}.Thinking(broadcast.Thinking{
		RoomID: in, MessageID: of, Attempt: 2, Elapsed: 1500 * time.Millisecond, Tokens: 40, Text: "<so>",
	})
	apitest.CheckFrame(t, "thinking", thinking)
	for _, part := range []string{`"ai.thinking"`, `"elapsed_ms":1500`, `"tokens":40`, in.String(), of.String(), `"attempt":2`} {
		if !strings.Contains(string(thinking), part) {
			t.Errorf("%s is not in %s", part, thinking)
		}
	}
}

func TestAPersonsOwnLogTellsTheirPrivateMessages(t *testing.T) {
	t.Parallel()
	m := message.Message{ID: id.New(), RoomID: id.New(), Event: 7, Type: message.Human, Status: message.Completed, Content: "psst", Visibility: message.Private, VisibleTo: id.New(),
		Sender: &room.Person{ID: id.New(), Username: "mei"}}
	for _, kind := range []event.Kind{event.MessageCreated, event.MessageUpdated} {
		e := fanout.Run{Event: event.Event{Number: 7, Kind: kind, EntityID: m.ID}, From: 7}
		told := wire.Frames{}.User(e, fanout.UserPush{Messages: []message.Message{m}})
		apitest.CheckFrame(t, "event", told)
		for _, part := range []string{`"stream":"user"`, `"content":"psst"`, `"room_id":"` + m.RoomID.String(), `"visibility":"private"`} {
			if !strings.Contains(string(told), part) {
				t.Errorf("%s is not in %s", part, told)
			}
		}
		// Of a room that one is not in any more, nothing but that there was something.
		if told := string(wire.Frames{}.User(e, fanout.UserPush{})); !strings.Contains(told, `"data":{"ref":"`+m.ID.String()) {
			t.Error(told)
		}
	}
}

// watcher is one socket that measures what it gets.
type watcher struct {
	person  id.ID
	mu      sync.Mutex
	largest int
	frames  int
}

func (w *watcher) Viewing(context.Context, id.ID) ([]realtime.Connection, error) {
	return []realtime.Connection{{ID: "c", UserID: w.person}}, nil
}
func (w *watcher) Remove(context.Context, realtime.Connection) error { return nil }
func (w *watcher) Members(context.Context, id.ID, []id.ID) (map[id.ID]realtime.Membership, error) {
	return map[id.ID]realtime.Membership{w.person: {Role: "member"}}, nil
}
func (w *watcher) Post(_ context.Context, _ string, frame []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frames++
	w.largest = max(w.largest, len(frame))
	return nil
}

// Escaped, one byte of text can be six on the wire.
func TestNoFrameOfAnAnswerIsLargerThanMayBeSent(t *testing.T) {
	for _, unit := range []string{"<", "&", "\x00", "\u2028", "寄", "😀", `"`} {
		synctest.Test(t, func(t *testing.T) {
			w := &watcher{person: id.New()}
			b := broadcast.Broadcaster{Connections: w, Memberships: w, Hub: w, Frames: wire.Stream{}, Interval: 100 * time.Millisecond,
				Budget: realtime.NewLocalBudget(1000, time.Now)}.Open(t.Context(), ai.Generation{
				Attempt: ai.Attempt{MessageID: id.New(), Number: 1_000_000}, RoomID: id.New(), Visibility: message.Public})
			b.Think(1000*time.Hour, 1<<60, strings.Repeat(unit, 30_000))
			time.Sleep(time.Second)
			b.Send(0, strings.Repeat(unit, 30_000))
			time.Sleep(5 * time.Second)
			b.Close()
			if w.frames < 3 || w.largest > realtime.MaxPush || w.largest < realtime.MaxPush/2 {
				t.Errorf("%q: %d frames, the largest of %d bytes", unit, w.frames, w.largest)
			}
		})
	}
}
