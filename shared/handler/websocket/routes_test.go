package websocket_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/api/apitest"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

func TestWhoGetsASocket(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ann, out := person("ann"), person("out")
	ticket, late, ended := c.ticket(ann), c.ticket(ann), c.ticket(out)
	c.deny(out)
	for _, step := range []struct {
		what, connectionID, ticket, secret string
		status                             int
	}{
		{"no ticket", "x", "", "secret", 401},
		{"an invented ticket", "x", "abc", "secret", 401},
		{"a good one that passed by the front door", "x", ticket, "", 403},
		{"a good one with a wrong secret", "x", ticket, "guess", 403},
		{"a good one", "a", ticket, "secret", 200},
		{"the same again", "x", ticket, "secret", 401},
		{"one whose session has ended", "x", ended, "secret", 401},
	} {
		if got := c.knock(step.connectionID, step.ticket, step.secret); got != step.status {
			t.Errorf("%s: got %d, want %d", step.what, got, step.status)
		}
	}
	c.later(realtime.TicketLifetime)
	if got := c.knock("x", late, "secret"); got != 401 {
		t.Errorf("after its minute: got %d", got)
	}
	if conn, ok := c.known("a"); !ok || conn.UserID != ann.UserID || conn.SessionID != ann.SessionID || conn.Username != "ann" || conn.DisplayName != "ANN" {
		t.Errorf("recorded %+v, %v", conn, ok)
	}
	if _, ok := c.known("x"); ok {
		t.Error("a refused socket was recorded")
	}
	if strings.Contains(c.log.String(), ticket) || strings.Contains(c.log.String(), "secret\"") {
		t.Errorf("the log tells a ticket: %s", c.log)
	}
	if lines := strings.Count(c.log.String(), "\n"); lines != 8 {
		t.Errorf("%d log lines for 8 calls", lines)
	}
}

func TestAFrameCannotPlayConnect(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ann := person("ann")
	c.open(ann, "a")
	e := event("$connect", "MESSAGE", "a", `{"action":"$connect"}`)
	e.QueryStringParameters = map[string]string{"ticket": c.ticket(ann)}
	e.Headers = map[string]string{"X-Yoriai-Origin-Secret": "secret"}
	if answer, err := c.connect(t.Context(), e); err != nil || answer.StatusCode != 400 {
		t.Fatalf("got %+v, %v", answer, err)
	}
	if _, err := c.leave(t.Context(), event("$disconnect", "MESSAGE", "a", `{"action":"$disconnect"}`)); err == nil {
		t.Fatal("a frame disconnected")
	}
	if _, ok := c.known("a"); !ok {
		t.Fatal("the socket was forgotten")
	}
	if answer, err := c.leave(t.Context(), event("$disconnect", "DISCONNECT", "a", "")); err != nil || answer.StatusCode != 200 {
		t.Fatalf("got %+v, %v", answer, err)
	}
	if _, ok := c.known("a"); ok {
		t.Fatal("the socket was not forgotten")
	}
}

func TestOnlyMembersView(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ann, room := person("ann"), id.New()
	c.open(ann, "a")
	c.send("a", "view", viewFrame(room))
	c.wantError("a", fault.NotFound)
	c.join(ann, room, "reader", 1, id.ID{})
	c.send("a", "view", viewFrame(room))
	if conn, _ := c.known("a"); conn.Viewing != room || len(c.received("a")) != 0 {
		t.Fatalf("views %v", conn.Viewing)
	}
	c.send("a", "view", viewFrame(nil))
	if conn, _ := c.known("a"); !conn.Viewing.IsZero() {
		t.Fatalf("views %v", conn.Viewing)
	}
	c.join(ann, room, realtime.None, 2, id.ID{})
	c.send("a", "view", viewFrame(room))
	c.wantError("a", fault.NotFound)
}

func TestFramesThatAreWrong(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.open(person("ann"), "a")
	room := id.New().String()
	for _, step := range []struct {
		route, body string
		code        fault.Code
	}{
		{"view", `{"action":"view"}`, fault.Malformed},
		{"view", `{"action":"view","room_id":"x"}`, fault.Malformed},
		{"view", `{"action":"view","room_id":5}`, fault.Malformed},
		{"view", `{"action":"view","room_id":null,"more":1}`, fault.UnknownField},
		{"typing", `{"action":"typing"}`, fault.Malformed},
		{"typing", `{"action":"typing","room_id":null}`, fault.Malformed},
		{"typing", `{"action":"typing","room_id":"` + room + `"}`, fault.NotFound},
		{"$default", `{"action":"dance"}`, fault.Malformed},
		{"$default", `not json`, fault.Malformed},
		{"$default", ``, fault.Malformed},
		{"view", `{"action":"view","room_id":"` + strings.Repeat("x", 33*1024) + `"}`, fault.TooLarge},
		{"typing", strings.Repeat("x", 33*1024), fault.TooLarge},
		{"$default", strings.Repeat("x", 33*1024), fault.TooLarge},
	} {
		c.send("a", step.route, step.body)
		frames := c.received("a")
		if len(frames) != 1 {
			t.Fatalf("%s %.60s: got %q", step.route, step.body, frames)
		}
		c.isError(frames[0], step.code)
	}
	for body, code := range map[string]fault.Code{
		`{"action":"heartbeat"}`:                                       fault.Malformed,
		`{"action":"heartbeat","user":1}`:                              fault.Malformed,
		`{"action":"heartbeat","rooms":{}}`:                            fault.Malformed,
		`{"action":"heartbeat","user":"1","rooms":{}}`:                 fault.Malformed,
		`{"action":"heartbeat","user":1,"rooms":{"x":1}}`:              fault.Malformed,
		`{"action":"heartbeat","user":1,"rooms":{"` + room + `":"x"}}`: fault.Malformed,
		`{"action":"heartbeat","user":1,"rooms":{},"more":1}`:          fault.UnknownField,
		`{"action":"heartbeat","user":1,"rooms":[]}`:                   fault.Malformed,
		strings.Repeat(" ", 33*1024):                                   fault.TooLarge,
	} {
		c.isError(c.send("a", "heartbeat", body), code)
	}
}

func beat(rooms ...id.ID) string {
	names := make([]string, 0, len(rooms))
	for _, r := range rooms {
		names = append(names, fmt.Sprintf(`"%s":0`, r))
	}
	return `{"action":"heartbeat","user":0,"rooms":{` + strings.Join(names, ",") + `}}`
}

func TestAHeartbeatTellsHowFarEachStreamHasCome(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ann, read := person("ann"), id.New()
	c.open(ann, "a")
	heads := dynamodb.Heads{Table: c.table}
	raise := func(stream string, event int64) {
		t.Helper()
		if err := heads.Raise(t.Context(), stream, event); err != nil {
			t.Fatal(err)
		}
	}
	raise(realtime.UserStream(ann.UserID), 7)
	var rooms []id.ID
	for n := range 20 {
		room := id.New()
		rooms = append(rooms, room)
		raise(realtime.RoomStream(room), int64(100+n))
		switch {
		case n == 0: // read
			c.join(ann, room, "member", 1, read)
		case n == 1: // was there once
			c.join(ann, room, realtime.None, 1, id.ID{})
		case n == 2: // never was
		default:
			c.join(ann, room, "reader", 1, id.ID{})
		}
	}
	c.later(realtime.TouchEvery)
	answer := c.send("a", "heartbeat", beat(rooms...))
	apitest.CheckFrame(t, "pong", []byte(answer))
	var pong struct {
		User  int64
		Rooms map[string]*struct {
			Event int64
			Read  *string
		}
	}
	if err := json.Unmarshal([]byte(answer), &pong); err != nil {
		t.Fatal(err)
	}
	if pong.User != 7 || len(pong.Rooms) != 20 {
		t.Fatalf("got %s", answer)
	}
	for n, room := range rooms {
		head := pong.Rooms[room.String()]
		switch {
		case n == 1 || n == 2:
			if head != nil {
				t.Errorf("room %d of somebody else: %+v", n, head)
			}
		case head == nil || head.Event != int64(100+n):
			t.Errorf("room %d: %+v", n, head)
		case (n == 0) != (head.Read != nil) || n == 0 && *head.Read != read.String():
			t.Errorf("room %d read to %v", n, head.Read)
		}
	}
	if conn, _ := c.known("a"); !conn.SeenAt.Equal(c.now().Truncate(time.Millisecond)) {
		t.Errorf("seen at %v", conn.SeenAt)
	}
	c.isError(c.send("a", "heartbeat", beat(append(rooms, id.New())...)), fault.ValidationFailed)
	apitest.CheckFrame(t, "pong", []byte(c.send("a", "heartbeat", beat())))
}

func TestAHeartbeatMayNameARoomInBothCases(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ann, room := person("ann"), id.New()
	c.open(ann, "a")
	c.join(ann, room, "member", 1, id.ID{})
	lower, upper := room.String(), strings.ToUpper(room.String())
	answer := c.send("a", "heartbeat", `{"action":"heartbeat","user":0,"rooms":{"`+lower+`":0,"`+upper+`":0}}`)
	apitest.CheckFrame(t, "pong", []byte(answer))
	if strings.Count(answer, lower) != 1 || strings.Contains(answer, upper) {
		t.Fatalf("got %s", answer)
	}
}

func TestASixthSocketOfOneSessionReplacesTheOldest(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ann := person("ann")
	for n := range 6 {
		c.open(ann, fmt.Sprint("a", n))
		c.later(time.Second)
	}
	if _, ok := c.known("a0"); ok || c.hub.Open("a0") {
		t.Error("the oldest is still there")
	}
	frames := c.received("a0")
	if len(frames) != 1 {
		t.Fatalf("it was told %q", frames)
	}
	c.isError(frames[0], "connection_replaced")
	for n := 1; n < 6; n++ {
		if _, ok := c.known(fmt.Sprint("a", n)); !ok || !c.hub.Open(fmt.Sprint("a", n)) {
			t.Errorf("a%d is gone", n)
		}
	}
}

func TestAnEndedSessionLosesItsSocketWithTheNextFrame(t *testing.T) {
	t.Parallel()
	room := id.New()
	for route, body := range map[string]string{"heartbeat": beat(), "view": viewFrame(nil), "typing": `{"action":"typing","room_id":"` + room.String() + `"}`} {
		c := newCloud(t)
		ann := person("ann")
		c.open(ann, "a")
		c.deny(ann)
		answer := c.send("a", route, body)
		if route == "heartbeat" {
			c.isError(answer, fault.Unauthenticated)
		}
		if _, ok := c.known("a"); ok || c.hub.Open("a") {
			t.Errorf("%s: the socket is still there", route)
		}
	}
}

func TestTypingIsToldToWhoWatches(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ann, bob, reader, gone, away := person("ann"), person("bob"), person("reader"), person("gone"), person("away")
	room := id.New()
	c.open(ann, "a")
	c.open(ann, "a2")
	c.open(bob, "b")
	c.open(reader, "r")
	c.open(gone, "g")
	c.open(away, "w")
	c.join(ann, room, "guest", 1, id.ID{})
	c.join(bob, room, "member", 1, id.ID{})
	c.join(reader, room, "reader", 1, id.ID{})
	c.join(gone, room, "member", 1, id.ID{})
	c.join(away, room, "member", 1, id.ID{})
	for _, connectionID := range []string{"a", "a2", "b", "r", "g"} {
		c.send(connectionID, "view", viewFrame(room))
	}
	c.join(gone, room, realtime.None, 3, id.ID{}) // removed, with the room still on screen
	frame := `{"action":"typing","room_id":"` + room.String() + `"}`
	c.send("a", "typing", frame)
	for connectionID, want := range map[string]int{"a": 0, "a2": 0, "b": 1, "r": 1, "g": 0, "w": 0} {
		frames := c.received(connectionID)
		if len(frames) != want {
			t.Errorf("%s got %q, want %d frames", connectionID, frames, want)
		}
		for _, f := range frames {
			apitest.CheckFrame(t, "someone_types", []byte(f))
			if !strings.Contains(f, ann.UserID.String()) || !strings.Contains(f, `"ANN"`) || !strings.Contains(f, room.String()) {
				t.Errorf("%s got %s", connectionID, f)
			}
		}
	}
	c.send("r", "typing", frame)
	c.wantError("r", fault.Forbidden)
	c.send("g", "typing", frame)
	c.wantError("g", fault.NotFound)
	// A socket that closed without a word is forgotten when somebody posts to it.
	if err := c.hub.Close(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	c.send("a", "typing", frame)
	if _, ok := c.known("b"); ok {
		t.Error("a dead socket is still recorded")
	}
}

func TestWhoTypesTooFastIsNotHeard(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ann, bob, room := person("ann"), person("bob"), id.New()
	c.open(ann, "a")
	c.open(bob, "b")
	c.join(ann, room, "member", 1, id.ID{})
	c.join(bob, room, "member", 1, id.ID{})
	c.send("b", "view", viewFrame(room))
	for range 10 {
		c.send("a", "typing", `{"action":"typing","room_id":"`+room.String()+`"}`)
	}
	if got := len(c.received("b")); got != 5 {
		t.Errorf("bob heard %d times, want 5", got)
	}
	if frames := c.received("a"); len(frames) != 0 {
		t.Errorf("ann was told %q", frames)
	}
}

func TestTicketsAreLimited(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	ann := person("ann")
	var err error
	issued := 0
	for ; err == nil && issued < 1000; issued++ {
		_, err = c.tickets.Issue(t.Context(), ann)
	}
	if !fault.Is(err, fault.RateLimited) {
		t.Fatalf("after %d: %v", issued, err)
	}
	if _, err := c.tickets.Issue(t.Context(), person("bob")); err != nil {
		t.Fatalf("bob must wait for ann: %v", err)
	}
}
