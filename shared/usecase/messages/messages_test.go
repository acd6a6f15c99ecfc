package messages_test

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
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
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
	if err != nil {
		return nil, err
	}
	w.plan = plan
	return nil, plan.Err()
}

// writes is what the decision would write.
func (w *world) writes() int {
	if w.plan == nil {
		return 0
	}
	return len(w.plan.Writes())
}

type raised struct{ realtime.Activity }

func (raised) Raise(context.Context) error { return nil }

// replayed stands where an earlier send is read again.
type replayed struct{ messages.Store }

func (replayed) Sent(context.Context, id.ID, change.Key) (messages.Sent, error) {
	return messages.Sent{Message: message.Message{Content: "the first one"}}, nil
}

type catalogue struct{ away error }

func (c catalogue) Models(context.Context) ([]ai.Model, error) {
	return []ai.Model{{ID: "m", Provider: "p", ContextWindow: 8192, MaxOutputTokens: 4096, Weights: ai.NewWeights(1_000_000, 1_000_000), Configured: true, Available: true}}, c.away
}

// place is a room in which aki has the role.
func place(role room.Role) *world {
	return &world{Situation: change.Situation{Now: now, Claim: change.Claim{First: true}, Actor: room.Person{ID: aki}, Streams: map[id.ID]int64{aki: 4}, Unfinished: map[id.ID]int{},
		Accounts: []ledger.Account{{ID: mei, Balance: 1_000_000, Lots: []ledger.Lot{{ID: id.New(), Granted: 1_000_000, Remaining: 1_000_000}}}}, AccountsAt: now,
		Room: room.Mine{Role: role, Room: room.Room{ID: roomID, OwnerID: mei, MaxReplyTokens: 1024, AIProvider: "p", AIModel: "m", LastMessageID: id.Floor(now.Add(-time.Minute)), LastSequence: 9, LatestEvent: 20}}}}
}

func (w *world) messages(c catalogue) messages.Messages {
	return messages.Messages{Store: replayed{}, Runner: transact.Runner{Store: w, Relay: transact.Relay{Activity: raised{}}}, Catalogue: c}
}

func TestWhoMaySendAndInWhichOrderItIsAsked(t *testing.T) {
	t.Parallel()
	plain := messages.Send{RoomID: roomID, Sender: aki, ClientMessageID: id.New(), Content: "hello"}
	with := func(change func(*messages.Send)) messages.Send {
		c := plain
		change(&c)
		return c
	}
	ask := with(func(c *messages.Send) { c.Ask = &messages.Ask{} })
	key := change.NewKey(aki, "sendMessage", plain.ClientMessageID, nil, "body")
	repeated, other := change.Claim{Hash: key.RequestHash[:]}, change.Claim{Hash: make([]byte, 32)}
	for name, c := range map[string]struct {
		role  room.Role
		setup func(w *world)
		cmd   messages.Send
		away  error
		want  fault.Code
	}{
		"an outsider":          {room.Outside, nil, plain, nil, fault.NotFound},
		"an outsider's replay": {room.Outside, func(w *world) { w.Claim = repeated }, plain, nil, fault.NotFound},
		"a deleted room":       {room.Master, func(w *world) { w.Room.DeletedAt = now }, plain, nil, fault.NotFound},
		"a reader":             {room.Reader, nil, plain, nil, fault.Forbidden},
		"a guest":              {room.Guest, nil, plain, nil, ""},
		"a guest asks":         {room.Guest, nil, ask, nil, fault.Forbidden},
		"a member asks":        {room.Member, nil, ask, nil, ""},
		"another request under the key, by a reader": {room.Reader, func(w *world) { w.Claim = other }, plain, nil, fault.IdempotencyMismatch},
		"an archived room":                           {room.Master, func(w *world) { w.Room.IsArchived = true }, plain, nil, fault.RoomArchived},
		"a room being copied":                        {room.Master, func(w *world) { w.Room.ForkState = "running" }, plain, nil, fault.RoomNotReady},
		"a reader's empty text":                      {room.Reader, nil, with(func(c *messages.Send) { c.Content = "" }), nil, fault.Forbidden},
		"an empty text":                              {room.Guest, nil, with(func(c *messages.Send) { c.Content = " \n" }), nil, fault.ValidationFailed},
		"the longest text":                           {room.Guest, nil, with(func(c *messages.Send) { c.Content = strings.Repeat("語", message.MaxLength) }), nil, ""},
		"a longer text":                              {room.Guest, nil, with(func(c *messages.Send) { c.Content = strings.Repeat("語", message.MaxLength+1) }), nil, fault.ValidationFailed},
		"what the request itself refused":            {room.Guest, nil, with(func(c *messages.Send) { c.Refusal = fault.Invalid("visibility", "no") }), nil, fault.ValidationFailed},
		"an answer to nothing":                       {room.Guest, nil, with(func(c *messages.Send) { c.ReplyTo = id.New() }), nil, fault.ValidationFailed},
		"an answer to something":                     {room.Guest, func(w *world) { w.ReplyTo = &message.Message{Visibility: message.Public} }, with(func(c *messages.Send) { c.ReplyTo = id.New() }), nil, ""},
		"two are being written":                      {room.Member, func(w *world) { w.Unfinished[aki] = ai.MaxUnfinished - 1 }, ask, nil, ""},
		"three are being written":                    {room.Member, func(w *world) { w.Unfinished[aki] = ai.MaxUnfinished }, ask, nil, fault.GenerationRunning},
		"who keeps their words from the AI asks":     {room.Member, func(w *world) { w.KeepsFromAI = true }, ask, nil, fault.Conflict},
		"who keeps their words from the AI speaks":   {room.Member, func(w *world) { w.KeepsFromAI = true }, plain, nil, ""},
		"three of somebody else's":                   {room.Member, func(w *world) { w.Unfinished[mei] = ai.MaxUnfinished }, ask, nil, ""},
		"no model can be listed":                     {room.Member, nil, ask, fault.New(fault.Unavailable, "away"), fault.Unavailable},
		"a guest while none can be listed":           {room.Guest, nil, ask, fault.New(fault.Unavailable, "away"), fault.Forbidden},
		"an unknown model":                           {room.Member, nil, with(func(c *messages.Send) { c.Ask = &messages.Ask{Provider: "p", Model: "x"} }), nil, fault.ModelUnavailable},
		"longer than the model reads":                {room.Member, nil, with(func(c *messages.Send) { c.Ask, c.Content = &messages.Ask{}, strings.Repeat("語", 30000) }), nil, fault.ValidationFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := place(c.role)
			if c.setup != nil {
				c.setup(w)
			}
			sent, err := w.messages(catalogue{c.away}).Send(t.Context(), c.cmd, key)
			if got := fault.CodeOf(err); got != c.want {
				t.Fatalf("%q, want %q", got, c.want)
			}
			if (w.writes() > 0) != (err == nil) {
				t.Errorf("%d writes after %v", w.writes(), err)
			}
			if err == nil && (!sent.Created || sent.Message.Sequence != 10 || (sent.AIMessage != nil) != (c.cmd.Ask != nil)) {
				t.Errorf("%+v", sent)
			}
		})
	}
}

func TestAnEqualSendIsReadAgainAndWritesNothing(t *testing.T) {
	t.Parallel()
	key := change.NewKey(aki, "sendMessage", id.New(), nil, "body")
	w := place(room.Guest)
	w.Claim = change.Claim{Hash: key.RequestHash[:]}
	w.Room.IsArchived = true // whatever became of the room meanwhile
	sent, err := w.messages(catalogue{errors.New("away")}).Send(t.Context(), messages.Send{RoomID: roomID, Sender: aki, Ask: &messages.Ask{}}, key)
	if err != nil || sent.Created || sent.Message.Content != "the first one" || w.writes() != 0 {
		t.Errorf("%+v %v, %d writes", sent, err, w.writes())
	}
}

func TestWhoMayEditAndDelete(t *testing.T) {
	t.Parallel()
	human := func(author id.ID) *message.Message {
		return &message.Message{ID: id.New(), RoomID: roomID, Type: message.Human, Status: message.Completed, Visibility: message.Public, Content: "old", Sender: &room.Person{ID: author}}
	}
	answer := func(asker id.ID) *message.Message {
		return &message.Message{ID: id.New(), RoomID: roomID, Type: message.AI, Status: message.Completed, Visibility: message.Public, Content: "old", Reply: &message.Reply{AskerID: asker}}
	}
	gone := human(aki)
	gone.DeletedAt = now
	text, same, empty, exclude := "new", "old", "", true
	for name, c := range map[string]struct {
		role    room.Role
		message *message.Message
		edit    *messages.Edit // nil deletes
		want    fault.Code
		nothing bool
	}{
		"one's own text":              {room.Guest, human(aki), &messages.Edit{Content: &text}, "", false},
		"one's own, as a reader":      {room.Reader, human(aki), &messages.Edit{Content: &text}, fault.Forbidden, false},
		"another's, as master":        {room.Master, human(mei), &messages.Edit{Content: &text}, fault.Forbidden, false},
		"an answer to oneself":        {room.Master, answer(aki), &messages.Edit{Content: &text}, fault.Forbidden, false},
		"the same text":               {room.Guest, human(aki), &messages.Edit{Content: &same}, "", true},
		"an empty text":               {room.Guest, human(aki), &messages.Edit{Content: &empty}, fault.ValidationFailed, false},
		"another's empty text":        {room.Master, human(mei), &messages.Edit{Content: &empty}, fault.Forbidden, false},
		"nothing":                     {room.Guest, human(aki), &messages.Edit{}, fault.ValidationFailed, false},
		"keep one's own from the AI":  {room.Guest, human(aki), &messages.Edit{ExcludeFromAI: &exclude}, "", false},
		"keep an answer to oneself":   {room.Guest, answer(aki), &messages.Edit{ExcludeFromAI: &exclude}, "", false},
		"keep another's, as member":   {room.Member, human(mei), &messages.Edit{ExcludeFromAI: &exclude}, fault.Forbidden, false},
		"keep another's, as admin":    {room.Admin, human(mei), &messages.Edit{ExcludeFromAI: &exclude}, "", false},
		"edit what is gone":           {room.Guest, gone, &messages.Edit{Content: &text}, fault.NotFound, false},
		"edit what never was":         {room.Guest, nil, &messages.Edit{Content: &text}, fault.NotFound, false},
		"edit from outside":           {room.Outside, human(aki), &messages.Edit{Content: &text}, fault.NotFound, false},
		"delete one's own":            {room.Guest, human(aki), nil, "", false},
		"delete another's, as member": {room.Member, human(mei), nil, fault.Forbidden, false},
		"delete another's, as admin":  {room.Admin, human(mei), nil, "", false},
		"delete an answer, as asker":  {room.Member, answer(aki), nil, fault.Forbidden, false},
		"delete an answer, as admin":  {room.Admin, answer(mei), nil, "", false},
		"delete what is gone":         {room.Master, gone, nil, fault.NotFound, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := place(c.role)
			w.Message = c.message
			var err error
			if c.edit == nil {
				err = w.messages(catalogue{}).Delete(t.Context(), roomID, aki, id.New())
			} else {
				cmd := *c.edit
				cmd.RoomID, cmd.Person = roomID, aki
				_, err = w.messages(catalogue{}).Edit(t.Context(), cmd)
			}
			if got := fault.CodeOf(err); got != c.want {
				t.Fatalf("%q, want %q", got, c.want)
			}
			if changed := w.writes() > 0; changed != (err == nil && !c.nothing) {
				t.Errorf("%d writes after %v", w.writes(), err)
			}
		})
	}
}
