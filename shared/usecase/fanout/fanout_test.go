package fanout_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
)

// cloud is what a push reads and reaches.
type cloud struct {
	room fanout.RoomPush
	user fanout.UserPush

	mu         sync.Mutex
	open       []realtime.Connection
	asked      []int // how many people's sockets were asked for at a time
	denied     map[id.ID]bool
	deniedErr  error
	batches    int
	hung, gone map[string]bool
	failed     map[string]bool
	frames     map[string][]string
	removed    []string
	raised     map[id.ID]realtime.Membership
	raiseErr   error
	reads      map[id.ID]id.ID
	heads      map[string]int64
	most       int
	inFlight   int
}

func newCloud() *cloud {
	return &cloud{denied: map[id.ID]bool{}, hung: map[string]bool{}, gone: map[string]bool{}, failed: map[string]bool{}, frames: map[string][]string{},
		raised: map[id.ID]realtime.Membership{}, reads: map[id.ID]id.ID{}, heads: map[string]int64{}}
}

func (c *cloud) RoomPush(context.Context, id.ID, int64, int64) (fanout.RoomPush, error) {
	return c.room, nil
}
func (c *cloud) Audience(_ context.Context, _, after id.ID, limit int) ([]id.ID, error) {
	var people []id.ID
	for _, m := range c.room.Members {
		if m.Person.ID.Compare(after) > 0 {
			people = append(people, m.Person.ID)
		}
	}
	slices.SortFunc(people, id.ID.Compare)
	return people[:min(limit, len(people))], nil
}

func (c *cloud) UserPush(context.Context, id.ID, int64, int64) (fanout.UserPush, error) {
	return c.user, nil
}

func (c *cloud) OfUsers(_ context.Context, users []id.ID) ([]realtime.Connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, len(users))
	var found []realtime.Connection
	for _, o := range c.open {
		if slices.Contains(users, o.UserID) {
			found = append(found, o)
		}
	}
	return found, nil
}

func (c *cloud) Remove(_ context.Context, connection realtime.Connection) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removed = append(c.removed, connection.ID)
	return nil
}

func (c *cloud) DeniedOf(_ context.Context, sessions []id.ID) (map[id.ID]bool, error) {
	c.batches++
	found := map[id.ID]bool{}
	for _, s := range sessions {
		if c.denied[s] {
			found[s] = true
		}
	}
	return found, c.deniedErr
}

func (c *cloud) Post(ctx context.Context, connection string, frame []byte) error {
	c.mu.Lock()
	c.inFlight++
	c.most = max(c.most, c.inFlight)
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.inFlight--
		c.mu.Unlock()
	}()
	switch {
	case c.gone[connection]:
		return realtime.ErrGone
	case c.failed[connection]:
		return errors.New("502")
	case c.hung[connection]:
		<-ctx.Done()
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frames[connection] = append(c.frames[connection], string(frame))
	return nil
}

type heads struct{ *cloud }

func (h heads) Raise(_ context.Context, stream string, number int64) error {
	h.cloud.heads[stream] = number
	return nil
}

func (h heads) Get(context.Context, []string) (map[string]int64, error) { return h.cloud.heads, nil }

type memberships struct{ *cloud }

func (m memberships) Raise(_ context.Context, ms ...realtime.Membership) error {
	for _, one := range ms {
		m.raised[one.UserID] = one
	}
	return m.raiseErr
}

func (m memberships) RaiseRead(_ context.Context, user, _, read id.ID) error {
	m.reads[user] = read
	return nil
}

func (m memberships) Get(context.Context, id.ID, id.ID) (realtime.Membership, bool, error) {
	return realtime.Membership{}, false, nil
}

type numbers struct{}

func (numbers) Room(_ id.ID, r fanout.Run, _ fanout.RoomPush) []byte { return numbered(r) }
func (numbers) User(r fanout.Run, _ fanout.UserPush) []byte          { return numbered(r) }
func numbered(r fanout.Run) []byte {
	if r.From < r.Number {
		return fmt.Append(nil, r.From, "-", r.Number, " ", r.Kind)
	}
	return fmt.Append(nil, r.Number)
}

func (numbers) Notice(n outbox.Notice) []byte { return fmt.Append(nil, n.Kind, " ", n.ID) }

func (c *cloud) fanOut(perSecond int) fanout.FanOut {
	return fanout.FanOut{Store: c, Heads: heads{c}, Memberships: memberships{c}, Connections: c, Denials: c, Hub: c,
		Budget: realtime.NewLocalBudget(perSecond, time.Now), Frames: numbers{}}
}

// member is a new person of the room with so many sockets.
func (c *cloud) member(name string, sockets int) (person, session id.ID) {
	person, session = id.New(), id.New()
	c.room.Members = append(c.room.Members, room.Membership{Person: room.Person{ID: person, Username: name}, Role: room.Member, Version: 1})
	for n := range sockets {
		c.open = append(c.open, realtime.Connection{ID: fmt.Sprintf("%s%d", name, n), UserID: person, SessionID: session, OpenedAt: time.Unix(1_700_000_000+int64(n), 0)})
	}
	return person, session
}

func (c *cloud) happens(events ...event.Event) outbox.Push {
	c.room.Events = events
	return outbox.Push{Stream: "room:" + id.New().String(), From: 1, To: int64(len(events))}
}

func said(number int64) event.Event {
	return event.Event{Number: number, Kind: event.MessageCreated, EntityID: id.New()}
}

// A notice reaches its person alone, and no head: it has no number that a heartbeat could tell.
func TestANoticeIsOneFrameToOnePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		aki, _ := c.member("aki", 2)
		c.member("bob", 1)
		var p outbox.Push
		if err := json.Unmarshal([]byte(outbox.NewNotice(aki, outbox.BalanceChanged, aki).Body), &p); err != nil {
			t.Fatal(err)
		}
		f := c.fanOut(1000)
		if err := errors.Join(f.Push(t.Context(), p), f.RaiseHead(t.Context(), p)); err != nil {
			t.Fatal(err)
		}
		want := []string{"balance " + aki.String()}
		if !slices.Equal(c.frames["aki0"], want) || !slices.Equal(c.frames["aki1"], want) || len(c.frames["bob0"]) != 0 || len(c.heads) != 0 {
			t.Errorf("%v %v", c.frames, c.heads)
		}
	})
}

func TestOnePersonsThousandsOfSocketsAreFivePosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		c.member("many", 7000)
		c.member("bob", 1)
		if err := c.fanOut(1000).Push(t.Context(), c.happens(said(1))); err != nil {
			t.Fatal(err)
		}
		if len(c.frames) != 6 || len(c.frames["bob0"]) != 1 || len(c.frames["many6999"]) != 1 {
			t.Fatalf("%d sockets were told", len(c.frames))
		}
	})
}

// A burst of reactions on one message is one frame: each event would say the same.
func TestEventsOfOneThingInARowAreOneFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann, _ := c.member("ann", 1)
		one, two, at := id.New(), id.New(), int64(0)
		of := func(kind event.Kind, entity id.ID) event.Event {
			at++
			return event.Event{Number: at, Kind: kind, EntityID: entity}
		}
		push := c.happens(of(event.MessageCreated, one), of(event.MessageUpdated, one), of(event.MessageUpdated, one), of(event.MessageUpdated, two),
			of(event.MessageUpdated, one), of(event.MemberRemoved, ann), of(event.MemberUpdated, ann), of(event.MemberUpdated, ann), of(event.MemberRemoved, ann),
			of(event.MessageCreated, two))
		if err := c.fanOut(100).Push(t.Context(), push); err != nil {
			t.Fatal(err)
		}
		want := []string{"1-3 message.created", "4", "5", "6", "7-8 member.updated", "9", "10"}
		if !slices.Equal(c.frames["ann0"], want) || c.heads[outboxStream(c)] != 10 {
			t.Fatalf("%v, head %v", c.frames["ann0"], c.heads)
		}
	})
}

func TestALargeRoomIsToldPageByPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for n := range 2500 {
			c.member(fmt.Sprintf("m%d-", n), n%2)
		}
		if err := c.fanOut(10_000).Push(t.Context(), c.happens(said(1))); err != nil {
			t.Fatal(err)
		}
		if len(c.frames) != 1250 || !slices.Equal(c.asked, []int{1000, 1000, 500}) {
			t.Fatalf("%d told, asked for %v", len(c.frames), c.asked)
		}
		if err := c.fanOut(10_000).Push(t.Context(), c.happens(event.Event{Number: 9, Kind: event.RoomDeleted})); err != nil || len(c.raised) != 2500 {
			t.Fatalf("%d are out of the deleted room, %v", len(c.raised), err)
		}
	})
}

func TestWhatARoomSaysOfItselfIsNotReadByWhoCausedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann, _ := c.member("ann", 1)
		note := event.Event{Number: 1, Kind: event.MessageCreated, EntityID: id.New(), ActorID: ann}
		push := c.happens(note)
		c.room.Messages = []message.Message{{ID: note.EntityID, Type: message.System}}
		if err := c.fanOut(100).Push(t.Context(), push); err != nil || !c.reads[ann].IsZero() {
			t.Fatal(c.reads, err)
		}
	})
}

func TestAnEndedSessionsSocketIsForgottenInsteadOfTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		_, session := c.member("ann", 2)
		for n := range 150 {
			c.member(fmt.Sprintf("m%d-", n), 1)
		}
		c.denied[session] = true
		if err := c.fanOut(1000).Push(t.Context(), c.happens(said(1))); err != nil {
			t.Fatal(err)
		}
		slices.Sort(c.removed)
		if len(c.frames) != 150 || !slices.Equal(c.removed, []string{"ann0", "ann1"}) || c.batches != 1 {
			t.Fatalf("%d told, removed %v, asked %d times", len(c.frames), c.removed, c.batches)
		}
		c.deniedErr = errors.New("DynamoDB is away")
		c.frames = map[string][]string{}
		if err := c.fanOut(1000).Push(t.Context(), c.happens(said(2))); err == nil || len(c.frames) != 0 {
			t.Fatalf("without knowing: %v, %d told", err, len(c.frames))
		}
	})
}

func TestAPushWaitsForItsShareAndGivesUpInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for n := range 100 {
			c.member(fmt.Sprintf("m%d-", n), 1)
		}
		began := time.Now()
		if err := c.fanOut(20).Push(t.Context(), c.happens(said(1), said(2))); err != nil {
			t.Fatal(err)
		}
		// 200 frames: 20 at once, 20 a second; all within the time that a push waits.
		if took := time.Since(began); len(c.frames) != 100 || took < 8*time.Second || took > 10*time.Second {
			t.Fatalf("%d told in %v", len(c.frames), took)
		}
		for connection, frames := range c.frames {
			if !slices.Equal(frames, []string{"1", "2"}) {
				t.Fatalf("%s got %v", connection, frames)
			}
		}
		c.frames = map[string][]string{}
		if err := c.fanOut(2).Push(t.Context(), c.happens(said(1))); err != nil {
			t.Fatal(err)
		}
		if len(c.frames) < 30 || len(c.frames) > 34 || c.heads[outboxStream(c)] == 0 {
			t.Fatalf("%d of 100 told within the time", len(c.frames))
		}
	})
}

// outboxStream is one of the streams whose head was raised.
func outboxStream(c *cloud) string {
	for stream := range c.heads {
		return stream
	}
	return ""
}

func TestHungAndFailingSocketsHoldNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		for n := range 200 {
			c.member(fmt.Sprintf("m%d-", n), 1)
			switch n % 4 {
			case 0:
				c.hung[fmt.Sprintf("m%d-0", n)] = true
			case 1:
				c.failed[fmt.Sprintf("m%d-0", n)] = true
			case 2:
				c.gone[fmt.Sprintf("m%d-0", n)] = true
			}
		}
		if err := c.fanOut(10_000).Push(t.Context(), c.happens(said(1), said(2))); err != nil {
			t.Fatal(err)
		}
		if len(c.frames) != 50 || len(c.removed) != 50 || c.most > 64 {
			t.Fatalf("%d told, %d removed, %d at once", len(c.frames), len(c.removed), c.most)
		}
	})
}
