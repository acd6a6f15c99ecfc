package dynamodb_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

func TestATicketIsSpentOnce(t *testing.T) {
	t.Parallel()
	tickets := dynamodb.Tickets{Table: dynamotest.New(t)}
	now := time.Now().UTC().Truncate(time.Millisecond)
	ticket := realtime.Ticket{UserID: id.New(), SessionID: id.New(), Username: "ann", DisplayName: "Ann", ExpiresAt: now.Add(realtime.TicketLifetime)}
	hash := realtime.TicketHash{1, 2, 3}
	if err := tickets.Put(t.Context(), hash, ticket); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := tickets.Spend(t.Context(), realtime.TicketHash{9}, now); err != nil || ok {
		t.Fatalf("another hash: %v, %v", ok, err)
	}
	if _, ok, err := tickets.Spend(t.Context(), hash, ticket.ExpiresAt); err != nil || ok {
		t.Fatalf("an expired one: %v, %v", ok, err)
	}
	var spent atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, ok, err := tickets.Spend(t.Context(), hash, now)
			if err != nil {
				t.Error(err)
			}
			if ok {
				spent.Add(1)
				if got != ticket {
					t.Errorf("got %+v, want %+v", got, ticket)
				}
			}
		})
	}
	wait.Wait()
	if spent.Load() != 1 {
		t.Fatalf("eight at once spent it %d times", spent.Load())
	}
}

func TestADeniedSession(t *testing.T) {
	t.Parallel()
	denials := dynamodb.Denials{Table: dynamotest.New(t)}
	session, other := id.New(), id.New()
	for range 2 {
		if err := denials.Deny(t.Context(), session); err != nil {
			t.Fatal(err)
		}
	}
	for s, want := range map[id.ID]bool{session: true, other: false} {
		if got, err := denials.Denied(t.Context(), s); err != nil || got != want {
			t.Errorf("got %v, %v; want %v", got, err, want)
		}
	}
}

func TestMembershipsOnlyRise(t *testing.T) {
	t.Parallel()
	memberships := dynamodb.Memberships{Table: dynamotest.New(t)}
	ann, room := id.New(), id.New()
	low, high := id.Place{Millisecond: 10}.ID(), id.Place{Millisecond: 20}.ID()
	state := func(version int64, role string, read id.ID) realtime.Membership {
		return realtime.Membership{UserID: ann, RoomID: room, Role: role, Version: version, Read: read, Username: "ann", DisplayName: "Ann"}
	}
	if _, known, err := memberships.Get(t.Context(), ann, room); err != nil || known {
		t.Fatalf("before anything: %v, %v", known, err)
	}
	if err := memberships.RaiseRead(t.Context(), ann, room, high); err != nil {
		t.Fatal(err)
	}
	if _, known, _ := memberships.Get(t.Context(), ann, room); known {
		t.Fatal("a read position made a membership")
	}
	for n, step := range []struct {
		raise      realtime.Membership
		read, want id.ID
		role       string
		version    int64
	}{
		{raise: state(2, "guest", low), want: low, role: "guest", version: 2},
		{raise: state(1, "master", high), want: high, role: "guest", version: 2}, // an old version, but it read further
		{raise: state(3, "member", id.ID{}), want: high, role: "member", version: 3},
		{raise: state(3, "admin", low), want: high, role: "member", version: 3},
		{raise: state(3, "member", high), read: low, want: high, role: "member", version: 3},
		{raise: state(5, realtime.None, high), want: id.ID{}, role: realtime.None, version: 5},
		{raise: state(4, "member", high), want: id.ID{}, role: realtime.None, version: 5}, // late: the removal stands
		{raise: state(5, "member", high), read: high, want: id.ID{}, role: realtime.None, version: 5},
		{raise: state(6, "reader", low), want: low, role: "reader", version: 6}, // joined again: reads anew
		{raise: state(6, "reader", low), read: high, want: high, role: "reader", version: 6},
	} {
		if err := memberships.Raise(t.Context(), step.raise); err != nil {
			t.Fatal(n, err)
		}
		if !step.read.IsZero() {
			if err := memberships.RaiseRead(t.Context(), ann, room, step.read); err != nil {
				t.Fatal(n, err)
			}
		}
		got, known, err := memberships.Get(t.Context(), ann, room)
		if want := state(step.version, step.role, step.want); err != nil || !known || got != want {
			t.Fatalf("step %d: got %+v, %v, %v; want %+v", n, got, known, err, want)
		}
	}
}

func TestManyMembershipsAtOnce(t *testing.T) {
	t.Parallel()
	memberships := dynamodb.Memberships{Table: dynamotest.New(t)}
	ann := id.New()
	var ms []realtime.Membership
	var rooms []id.ID
	for n := range 130 { // more than one batch of 100
		room := id.New()
		rooms = append(rooms, room)
		ms = append(ms, realtime.Membership{UserID: ann, RoomID: room, Role: "member", Version: int64(n + 1)})
	}
	if err := memberships.Raise(t.Context(), ms...); err != nil {
		t.Fatal(err)
	}
	got, err := memberships.GetMany(t.Context(), ann, append(rooms, id.New()))
	if err != nil || len(got) != len(rooms) {
		t.Fatalf("%d of %d, %v", len(got), len(rooms), err)
	}
	for n, room := range rooms {
		if got[room] != ms[n] {
			t.Fatalf("got %+v, want %+v", got[room], ms[n])
		}
	}
	if got, err := memberships.GetMany(t.Context(), ann, nil); err != nil || len(got) != 0 {
		t.Fatalf("of no rooms: %v, %v", got, err)
	}
}

func TestHeadsOnlyRise(t *testing.T) {
	t.Parallel()
	heads := dynamodb.Heads{Table: dynamotest.New(t)}
	room, person := realtime.RoomStream(id.New()), realtime.UserStream(id.New())
	var wait sync.WaitGroup
	for n := range 20 {
		wait.Go(func() {
			if err := heads.Raise(t.Context(), room, int64(n+1)); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if err := heads.Raise(t.Context(), room, 7); err != nil {
		t.Fatal(err)
	}
	if err := heads.Raise(t.Context(), person, 3); err != nil {
		t.Fatal(err)
	}
	got, err := heads.Get(t.Context(), []string{room, person, "room:unknown"})
	if want := map[string]int64{room: 20, person: 3}; err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("got %v, %v; want %v", got, err, want)
	}
}

func TestTheActivityTellsTheSweeper(t *testing.T) {
	t.Parallel()
	clock := time.UnixMilli(1_800_000_000_000).UTC()
	table := dynamotest.At(t, func() time.Time { return clock })
	writer, sweeper := dynamodb.NewActivity(table), dynamodb.NewActivity(table)
	read := func() (time.Time, time.Time) {
		t.Helper()
		raised, clean, err := sweeper.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return raised, clean
	}
	if raised, clean := read(); !raised.IsZero() || !clean.IsZero() {
		t.Fatalf("before anything: %v, %v", raised, clean)
	}
	raise := func(a *dynamodb.Activity) {
		t.Helper()
		if err := a.Raise(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	raise(writer)
	first := clock
	clock = clock.Add(29 * time.Second)
	raise(writer) // it raised a moment ago
	if raised, _ := read(); !raised.Equal(first) {
		t.Fatalf("raised at %v, want %v", raised, first)
	}
	clock = clock.Add(100 * time.Second)
	swept := clock
	raise(writer)
	second := clock
	// What the sweeper read before the raise is no ground to call it clean.
	if ok, err := sweeper.SetClean(t.Context(), swept, first); err != nil || ok {
		t.Fatalf("clean in spite of a raise: %v, %v", ok, err)
	}
	if ok, err := sweeper.SetClean(t.Context(), swept, time.Time{}); err != nil || ok {
		t.Fatalf("clean as if never raised: %v, %v", ok, err)
	}
	if ok, err := sweeper.SetClean(t.Context(), swept.Add(time.Minute), second); err != nil || !ok {
		t.Fatalf("clean: %v, %v", ok, err)
	}
	if raised, clean := read(); !raised.Equal(second) || !clean.Equal(swept.Add(time.Minute)) {
		t.Fatalf("got %v, %v", raised, clean)
	}
	// Another environment whose clock is behind does not lower it.
	clock = first.Add(time.Second)
	raise(dynamodb.NewActivity(table))
	if raised, _ := read(); !raised.Equal(second) {
		t.Fatalf("raised at %v, want %v", raised, second)
	}
}

func TestADatabaseThatNothingEverTouchedIsClean(t *testing.T) {
	t.Parallel()
	activity := dynamodb.NewActivity(dynamotest.New(t))
	at := time.UnixMilli(1_800_000_000_000).UTC()
	if ok, err := activity.SetClean(t.Context(), at, time.Time{}); err != nil || !ok {
		t.Fatalf("clean: %v, %v", ok, err)
	}
	if raised, clean, err := activity.Read(t.Context()); err != nil || !raised.IsZero() || !clean.Equal(at) {
		t.Fatalf("got %v, %v, %v", raised, clean, err)
	}
}
