package rooms_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

var (
	now      = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	aki, mei = id.New(), id.New()
	roomID   = id.Floor(now.Add(-time.Hour))
)

// world is one situation, and what was decided in it: no database stands behind.
type world struct {
	change.Situation
	plan *change.Plan
}

func (w *world) Change(_ context.Context, _ change.Needs, decide change.Decide) ([]outbox.Row, error) {
	plan, err := decide(w.Situation)
	if err != nil || plan == nil {
		return nil, err
	}
	w.plan = plan
	return nil, plan.Err()
}

func (w *world) writes() int {
	if w.plan == nil {
		return 0
	}
	return len(w.plan.Writes())
}

type raised struct{ realtime.Activity }

func (raised) Raise(context.Context) error { return nil }

type projected struct{ realtime.Memberships }

func (projected) Raise(context.Context, ...realtime.Membership) error  { return nil }
func (projected) RaiseRead(context.Context, id.ID, id.ID, id.ID) error { return nil }

// stored stands where rooms are read.
type stored struct{ rooms.Store }

func (stored) Made(context.Context, change.Key) (room.Mine, error) {
	return room.Mine{Room: room.Room{Name: "the first one"}}, nil
}
func (stored) PersonNamed(context.Context, string) (id.ID, error) { return mei, nil }

type catalogue struct{ away error }

func (c catalogue) Models(context.Context) ([]ai.Model, error) {
	if c.away != nil {
		return nil, c.away
	}
	return []ai.Model{{ID: "m", Provider: "p", Configured: true, Available: true}}, nil
}

var away = catalogue{fault.New(fault.Unavailable, "away")}

func place(role room.Role) *world {
	return &world{Situation: change.Situation{Now: now, Claim: change.Claim{First: true}, Actor: room.Person{ID: aki}, Account: &user.Account{User: user.User{ID: aki}}, Streams: map[id.ID]int64{aki: 4, mei: 2},
		Room: room.Mine{Role: role, Room: room.Room{ID: roomID, OwnerID: mei, Name: "Kyoto", LastMessageID: id.Floor(now.Add(-time.Minute)), LastSequence: 9, LatestEvent: 20}}}}
}

func (w *world) rooms(c catalogue) rooms.Rooms {
	return rooms.Rooms{Store: stored{}, Runner: transact.Runner{Store: w, Relay: transact.Relay{Activity: raised{}}}, Memberships: projected{}, Catalogue: c}
}

func TestWhatMakesARoom(t *testing.T) {
	t.Parallel()
	key := change.NewKey(aki, "createRoom", id.New(), nil, "body")
	for name, c := range map[string]struct {
		cmd       rooms.Create
		claim     change.Claim
		catalogue catalogue
		want      fault.Code
		model     string
	}{
		"a name":                          {rooms.Create{Name: " Kyoto "}, change.Claim{First: true}, catalogue{}, "", "m"},
		"a name while none can be listed": {rooms.Create{Name: "Kyoto"}, change.Claim{First: true}, away, "", ""},
		"a model while none can be":       {rooms.Create{Name: "Kyoto", Provider: "p", Model: "m"}, change.Claim{First: true}, away, fault.Unavailable, ""},
		"an unknown model":                {rooms.Create{Name: "Kyoto", Provider: "p", Model: "x"}, change.Claim{First: true}, catalogue{}, fault.ModelUnavailable, ""},
		"nothing to see":                  {rooms.Create{Name: "\u200B\u3000"}, change.Claim{First: true}, catalogue{}, fault.ValidationFailed, ""},
		"two lines":                       {rooms.Create{Name: "Kyoto\nOsaka"}, change.Claim{First: true}, catalogue{}, fault.ValidationFailed, ""},
		"too long":                        {rooms.Create{Name: strings.Repeat("語", room.MaxName+1)}, change.Claim{First: true}, catalogue{}, fault.ValidationFailed, ""},
		"another request under the key":   {rooms.Create{}, change.Claim{Hash: make([]byte, 32)}, away, fault.IdempotencyMismatch, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := place(room.Outside)
			w.Claim = c.claim
			c.cmd.Maker = aki
			mine, created, err := w.rooms(c.catalogue).Create(t.Context(), c.cmd, key)
			if got := fault.CodeOf(err); got != c.want || created != (err == nil) || (w.writes() > 0) != (err == nil) {
				t.Fatalf("%q, want %q; created %v, %d writes", got, c.want, created, w.writes())
			}
			if err == nil && (mine.Name != "Kyoto" || mine.AIModel != c.model || mine.UserEvent != 5) {
				t.Errorf("%+v", mine)
			}
		})
	}
	w := place(room.Outside)
	w.Claim = change.Claim{Hash: key.RequestHash[:]}
	mine, created, err := w.rooms(away).Create(t.Context(), rooms.Create{Maker: aki, Provider: "p", Model: "m"}, key)
	if err != nil || created || mine.Name != "the first one" || w.writes() != 0 {
		t.Errorf("a replay while no model can be listed: %+v %v %v", mine, created, err)
	}
}

func TestWhoMayChangeDeleteAndReadARoom(t *testing.T) {
	t.Parallel()
	name, same, half, yes, no := "Nara", "Kyoto", "m", true, false
	update := func(c room.Changes) func(rooms.Rooms) error {
		return func(r rooms.Rooms) error {
			_, err := r.Update(context.Background(), roomID, aki, c)
			return err
		}
	}
	remove := func(person id.ID) func(rooms.Rooms) error {
		return func(r rooms.Rooms) error { return r.Remove(context.Background(), roomID, person, aki) }
	}
	erase := func(r rooms.Rooms) error { return r.Delete(context.Background(), roomID, aki) }
	read := func(r rooms.Rooms) error {
		_, err := r.MarkRead(context.Background(), roomID, aki, id.Floor(now))
		return err
	}
	join := func(role room.Role) func(rooms.Rooms) error {
		return func(r rooms.Rooms) error {
			_, err := r.Join(context.Background(), roomID, "mei", role)
			return err
		}
	}
	archived := func(w *world) { w.Room.IsArchived = true }
	member := func(role room.Role) func(w *world) {
		return func(w *world) {
			w.Parts = map[id.ID]room.Membership{aki: {Role: role, Person: room.Person{ID: aki}}, mei: {Role: role, Person: room.Person{ID: mei}}}
		}
	}
	for name, c := range map[string]struct {
		role    room.Role
		setup   func(w *world)
		do      func(rooms.Rooms) error
		want    fault.Code
		nothing bool
	}{
		"rename, as admin":                    {room.Admin, nil, update(room.Changes{Name: &name}), "", false},
		"rename to the same":                  {room.Admin, nil, update(room.Changes{Name: &same}), "", true},
		"rename, as member":                   {room.Member, nil, update(room.Changes{Name: &name}), fault.Forbidden, false},
		"rename from outside":                 {room.Outside, nil, update(room.Changes{Name: &name}), fault.NotFound, false},
		"rename an archived room":             {room.Master, archived, update(room.Changes{Name: &name}), fault.RoomArchived, false},
		"open an archived room":               {room.Admin, archived, update(room.Changes{IsArchived: &no}), "", false},
		"open an archived room, as member":    {room.Member, archived, update(room.Changes{IsArchived: &no}), fault.Forbidden, false},
		"archive":                             {room.Admin, nil, update(room.Changes{IsArchived: &yes}), "", false},
		"half a model":                        {room.Admin, nil, update(room.Changes{AIModel: &half}), fault.ValidationFailed, false},
		"half a model, as guest":              {room.Guest, nil, update(room.Changes{AIModel: &half}), fault.Forbidden, false},
		"delete, as master":                   {room.Master, nil, erase, "", false},
		"delete, as admin":                    {room.Admin, nil, erase, fault.Forbidden, false},
		"delete an archived room":             {room.Master, archived, erase, "", false},
		"read what is not there":              {room.Reader, nil, read, fault.ValidationFailed, false},
		"read":                                {room.Reader, func(w *world) { w.Message = &message.Message{Sequence: 9} }, read, "", false},
		"read what was read":                  {room.Reader, func(w *world) { w.Message, w.Room.LastReadMessageID = &message.Message{}, id.Floor(now) }, read, "", true},
		"read from outside":                   {room.Outside, nil, read, fault.NotFound, false},
		"join":                                {room.Outside, nil, join(room.Guest), "", false},
		"join again":                          {room.Outside, member(room.Admin), join(room.Guest), "", true},
		"join as master":                      {room.Outside, nil, join(room.Master), fault.Conflict, false},
		"join a deleted room":                 {room.Outside, func(w *world) { w.Room.DeletedAt = now }, join(room.Guest), fault.NotFound, false},
		"leave":                               {room.Member, member(room.Member), remove(aki), "", false},
		"leave, as master":                    {room.Master, member(room.Master), remove(aki), fault.MasterMustTransfer, false},
		"remove a member, as admin":           {room.Admin, member(room.Member), remove(mei), "", false},
		"remove a member, as member":          {room.Member, member(room.Guest), remove(mei), fault.Forbidden, false},
		"remove an admin, as admin":           {room.Admin, member(room.Admin), remove(mei), fault.Forbidden, false},
		"remove an admin, as master":          {room.Master, member(room.Admin), remove(mei), "", false},
		"remove somebody who is not in it":    {room.Master, nil, remove(mei), fault.NotFound, false},
		"remove somebody, from outside of it": {room.Outside, member(room.Guest), remove(mei), fault.NotFound, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := place(c.role)
			if c.setup != nil {
				c.setup(w)
			}
			err := c.do(w.rooms(catalogue{}))
			if got := fault.CodeOf(err); got != c.want {
				t.Fatalf("%q, want %q", got, c.want)
			}
			if changed := w.writes() > 0; changed != (err == nil && !c.nothing) {
				t.Errorf("%d writes after %v", w.writes(), err)
			}
		})
	}
}

// A change that could not be raised is not made: nobody would look for what it leaves behind.
func TestNothingIsDecidedWhileTheActivityCannotBeRaised(t *testing.T) {
	t.Parallel()
	w := place(room.Master)
	r := w.rooms(catalogue{})
	r.Runner.Relay.Activity = lost{}
	if err := r.Delete(t.Context(), roomID, aki); !errors.Is(err, errLost) || w.plan != nil {
		t.Errorf("%v", err)
	}
}

var errLost = errors.New("lost")

type lost struct{ realtime.Activity }

func (lost) Raise(context.Context) error { return errLost }
