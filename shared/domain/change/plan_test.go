package change_test

import (
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
)

var (
	now    = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	aki    = id.New()
	mei    = id.New()
	roomID = id.Floor(now.Add(-time.Hour))
)

// situation is a room with nine messages and twenty events, and aki's own log with four.
func situation() change.Situation {
	last := id.Floor(now.Add(-time.Minute))
	return change.Situation{Now: now, Streams: map[id.ID]int64{aki: 4},
		Room: room.Mine{Room: room.Room{ID: roomID, LastSequence: 9, LatestEvent: 20, LastMessageID: last}, Role: room.Member}}
}

var inOrder = change.Needs{Order: change.InOrder}

func public(text string) message.Message {
	return message.Message{RoomID: roomID, Type: message.Human, Status: message.Completed, Visibility: message.Public, Content: text}
}

func private(person id.ID) message.Message {
	m := public("secret")
	m.Visibility, m.VisibleTo = message.Private, person
	return m
}

func sound(t *testing.T, p *change.Plan) {
	t.Helper()
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestAPublicMessageIsNumberedInTheRoomAndToldByItsLog(t *testing.T) {
	t.Parallel()
	s := situation()
	p := s.Plan(aki, inOrder)
	one, two := p.Post(public("one")), p.Post(public("two"))
	sound(t, p)
	if one.Sequence != 10 || one.Event != 21 || two.Sequence != 11 || two.Event != 22 {
		t.Fatalf("%d/%d and %d/%d", one.Sequence, one.Event, two.Sequence, two.Event)
	}
	if one.ID.Compare(s.Room.LastMessageID) <= 0 || two.ID.Compare(one.ID) <= 0 || !one.CreatedAt.Equal(one.ID.Time()) {
		t.Fatalf("%s, %s after %s", one.ID, two.ID, s.Room.LastMessageID)
	}
	log, any := p.RoomLog()
	if !any || log.RoomID != roomID || log.Sequence != 11 || log.Event != 22 || log.LastMessageID != two.ID || len(log.Events) != 2 {
		t.Fatalf("%+v", log)
	}
	if e := log.Events[0]; e != (event.Event{Number: 21, Kind: event.MessageCreated, EntityID: one.ID, ActorID: aki, At: now}) {
		t.Fatalf("%+v", e)
	}
	if len(p.UserLogs()) != 0 {
		t.Fatalf("a public message is in somebody's own log: %+v", p.UserLogs())
	}
	owed := p.Owed()
	if len(owed) != 1 || owed[0].Queue != outbox.FanOut || owed[0].Body != outbox.NewPush(event.RoomStream(roomID), 21, 22).Body {
		t.Fatalf("%+v", owed)
	}
}

func TestAPrivateMessageIsToldByItsOwnersLogAlone(t *testing.T) {
	t.Parallel()
	s := situation()
	p := s.Plan(aki, change.Needs{Order: change.Beside})
	m := p.Post(private(aki))
	changed := p.Changed(m)
	sound(t, p)
	if m.Sequence != 0 || m.Event != 5 || changed.Event != 6 {
		t.Fatalf("%+v %+v", m, changed)
	}
	if log, any := p.RoomLog(); any || log.LastMessageID != s.Room.LastMessageID || log.Sequence != 9 || log.Event != 20 {
		t.Fatalf("the room hears of it: %+v", log)
	}
	logs := p.UserLogs()
	if len(logs) != 1 || logs[0].UserID != aki || logs[0].Event != 6 || len(logs[0].Events) != 2 || logs[0].Events[1].Kind != event.MessageUpdated {
		t.Fatalf("%+v", logs)
	}
	if owed := p.Owed(); len(owed) != 1 || owed[0].Body != outbox.NewPush(event.UserStream(aki), 5, 6).Body {
		t.Fatalf("%+v", owed)
	}
	if s.Streams[aki] != 4 {
		t.Fatal("the situation was written: a decision that is asked again would count twice")
	}
}

func TestWhatIsNotLockedIsNotWritten(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(p *change.Plan){
		"another's private message": func(p *change.Plan) { p.Post(private(mei)) },
		"another's private change":  func(p *change.Plan) { p.Changed(private(mei)) },
		"another's own log":         func(p *change.Plan) { p.UserEvent(mei, event.RoomJoined, roomID) },
		"nobody's private message":  func(p *change.Plan) { p.Post(private(id.ID{})) },
	} {
		p := situation().Plan(aki, inOrder)
		if write(p); p.Err() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, order := range []change.Order{change.Unordered, change.Beside} {
		for name, write := range map[string]func(p *change.Plan){
			"a public message": func(p *change.Plan) { p.Post(public("x")) },
			"a public change":  func(p *change.Plan) { p.Changed(public("x")) },
			"a room's event":   func(p *change.Plan) { p.RoomEvent(event.RoomUpdated, roomID) },
		} {
			p := situation().Plan(aki, change.Needs{Order: order})
			if write(p); p.Err() == nil {
				t.Errorf("%s in order %d: no error", name, order)
			}
			if log, any := p.RoomLog(); any {
				t.Errorf("%s in order %d: %+v", name, order, log)
			}
		}
	}
}

func TestAnAnswerStandsRightBehindItsQuestion(t *testing.T) {
	t.Parallel()
	p := situation().Plan(aki, inOrder)
	question := p.Post(public("why"))
	answer := p.PostAnswer(message.Message{RoomID: roomID, Type: message.AI, Visibility: message.Public, Answers: question.ID}, question)
	next := p.Post(public("next"))
	sound(t, p)
	if answer.ID.Place() != question.ID.Place().After() || answer.Sequence != question.Sequence+1 || next.ID.Compare(answer.ID) <= 0 {
		t.Fatalf("%+v %+v %+v", question, answer, next)
	}
}

func TestANewRoomStandsByItsBirth(t *testing.T) {
	t.Parallel()
	s := change.Situation{Now: now, Streams: map[id.ID]int64{aki: 4}}
	p := s.NewRoom(aki, room.Room{ID: roomID, Name: "Kyoto", OwnerID: aki})
	if mine := p.Room(); mine.LastMessageID != roomID || mine.Role != room.Master || mine.LatestEvent != 0 {
		t.Fatalf("%+v", mine)
	}
	p.RoomEvent(event.MemberUpdated, aki)
	p.UserEvent(aki, event.RoomJoined, roomID)
	sound(t, p)
	log, _ := p.RoomLog()
	if log.RoomID != roomID || log.Event != 1 || log.Sequence != 0 || log.LastMessageID != roomID || len(p.UserLogs()) != 1 || len(p.Owed()) != 2 {
		t.Fatalf("%+v", log)
	}
}

func attempt(visibility message.Visibility) (g ai.Generation, question, answer message.Message) {
	question, answer = public("why"), public("old")
	if visibility == message.Private {
		question, answer = private(aki), private(aki)
	}
	question.ID, answer.ID = id.New(), id.New()
	answer.Type, answer.Answers, answer.Reply = message.AI, question.ID, &message.Reply{AskerID: aki, Attempt: 2, ContentAttempt: 1}
	return ai.Generation{ID: id.New(), Kind: ai.Reply, Attempt: ai.Attempt{MessageID: answer.ID, Number: 2}, RoomID: roomID, QuestionID: question.ID, AskerID: aki,
		Visibility: visibility, Status: message.Streaming, ProviderCalledAt: now, Terms: ai.Terms{Hold: 1000, Weights: ai.NewWeights(1_000_000, 1_000_000)}}, question, answer
}

// paid adds the payer, and what is held for an attempt.
func paid(s change.Situation, g ai.Generation) change.Situation {
	s.Accounts = []ledger.Account{{ID: aki, Balance: 5000, Held: g.Terms.Hold, Lots: []ledger.Lot{{ID: id.New(), Granted: 5000, Remaining: 5000}}}}
	s.AccountsAt = now
	s.Holds = map[id.ID]ledger.Hold{g.ID: {GenerationID: g.ID, AccountID: aki, RoomID: roomID, UserID: aki, Month: "2026-11", Amount: g.Terms.Hold}}
	return s
}

// ends are the writes of a kind in a plan.
func ends[W change.Write](p *change.Plan) (list []W) {
	for _, w := range p.Writes() {
		if w, ok := w.(W); ok {
			list = append(list, w)
		}
	}
	return list
}

var done = ai.Outcome{Status: message.Completed, Text: "because", Usage: &ai.Usage{InputTokens: 10, OutputTokens: 2}}

func TestAnEndWritesTheTextWhileThePairStands(t *testing.T) {
	t.Parallel()
	g, question, answer := attempt(message.Public)
	p := paid(situation(), g).Plan(aki, change.ToEnd(g))
	s := p.End(g, done, &question, &answer)
	sound(t, p)
	e, m := ends[change.EndGeneration](p), ends[change.EndAttempt](p)
	if s.Charged != 12 || len(e) != 1 || *e[0].Generation.ChargedTokens != 12 || e[0].Generation.Text != "because" || e[0].Generation.Status != message.Completed {
		t.Fatalf("%+v %+v", s, e)
	}
	if len(m) != 1 || m[0].Content == nil || *m[0].Content != "because" || m[0].Attempt != 2 || m[0].Event != 21 || m[0].TokenEstimate != ai.Estimate("because") {
		t.Fatalf("%+v", m)
	}
	if log, _ := p.RoomLog(); len(log.Events) != 1 || log.Events[0].EntityID != answer.ID || log.Sequence != 9 {
		t.Fatalf("%+v", log)
	}
}

func TestAnEndForgetsTheTextOfWhatWasDeletedButChargesIt(t *testing.T) {
	t.Parallel()
	for name, without := range map[string]func(question, answer *message.Message) (*message.Message, *message.Message){
		"the question was deleted": func(q, a *message.Message) (*message.Message, *message.Message) { q.DeletedAt = now; return q, a },
		"the answer was deleted":   func(q, a *message.Message) (*message.Message, *message.Message) { a.DeletedAt = now; return q, a },
		"there is no question":     func(_, a *message.Message) (*message.Message, *message.Message) { return nil, a },
	} {
		g, question, answer := attempt(message.Public)
		q, a := without(&question, &answer)
		p := paid(situation(), g).Plan(aki, change.ToEnd(g))
		p.End(g, done, q, a)
		sound(t, p)
		e, m := ends[change.EndGeneration](p), ends[change.EndAttempt](p)
		if len(e) != 1 || e[0].Generation.Text != "" || *e[0].Generation.ChargedTokens != 12 {
			t.Errorf("%s: %+v", name, e)
		}
		if len(m) != 1 || m[0].Content != nil || m[0].Status != message.Completed {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestAnEndOfAPrivateAnswerIsItsAskersAlone(t *testing.T) {
	t.Parallel()
	g, question, answer := attempt(message.Private)
	n := change.ToEnd(g)
	if n.Order != change.Unordered || len(n.Streams) != 1 || n.Streams[0] != aki {
		t.Fatalf("%+v", n)
	}
	p := situation().Plan(aki, n)
	p.End(g, done, &question, &answer)
	sound(t, p)
	if _, any := p.RoomLog(); any {
		t.Fatal("the room hears of a private answer")
	}
	if logs := p.UserLogs(); len(logs) != 1 || logs[0].UserID != aki || logs[0].Events[0].EntityID != answer.ID {
		t.Fatalf("%+v", logs)
	}
}

func TestASupersededAttemptEndsWithoutTouchingTheAnswer(t *testing.T) {
	t.Parallel()
	g, question, answer := attempt(message.Public)
	answer.Reply.Attempt = 3
	p := situation().Plan(aki, change.ToEnd(g))
	p.End(g, done, &question, &answer)
	sound(t, p)
	if _, any := p.RoomLog(); any || len(ends[change.EndAttempt](p)) != 0 || len(ends[change.EndGeneration](p)) != 1 {
		t.Fatalf("%+v", p.Writes())
	}
}

func TestStopEndsWhatCalledNobodyAndTellsTheOthers(t *testing.T) {
	t.Parallel()
	called, _, _ := attempt(message.Public)
	waiting, _, _ := attempt(message.Public)
	secret, _, _ := attempt(message.Private)
	waiting.Status, waiting.ProviderCalledAt = message.Pending, time.Time{}
	secret.Status, secret.ProviderCalledAt = message.Pending, time.Time{}
	p := situation().Plan(mei, inOrder)
	told := p.Stop([]ai.Generation{called, waiting, secret})
	sound(t, p)
	if len(told) != 1 || told[0].ID != called.ID {
		t.Fatalf("%+v", told)
	}
	if w := ends[change.RequestStop](p); len(w) != 1 || w[0].GenerationID != called.ID {
		t.Fatalf("%+v", w)
	}
	e := ends[change.EndGeneration](p)
	if len(e) != 2 || e[0].Generation.ID != waiting.ID || e[0].Generation.Status != message.Cancelled || *e[0].Generation.ChargedTokens != 0 || e[1].Generation.ID != secret.ID {
		t.Fatalf("%+v", e)
	}
	if w := ends[change.EndAttempt](p); len(w) != 2 || w[0].Status != message.Cancelled || w[0].Content != nil || w[0].Event != 21 || w[1].Event != 5 {
		t.Fatalf("%+v", w)
	}
	if log, _ := p.RoomLog(); len(log.Events) != 1 || log.Events[0].EntityID != waiting.MessageID {
		t.Fatalf("the room's log: %+v", log)
	}
	if logs := p.UserLogs(); len(logs) != 1 || logs[0].UserID != aki || logs[0].Events[0].EntityID != secret.MessageID {
		t.Fatalf("people's logs: %+v", logs)
	}
}

func TestAClaimTellsARepetitionFromAnotherRequest(t *testing.T) {
	t.Parallel()
	value := id.New()
	key := change.NewKey(aki, "sendMessage", value, []id.ID{roomID}, map[string]string{"content": "x"})
	if err := (change.Claim{First: true}).Again(key); err != nil {
		t.Error(err)
	}
	if err := (change.Claim{Hash: key.RequestHash[:]}).Again(key); err != change.ErrRepeated { //nolint:errorlint // the very value
		t.Error(err)
	}
	other := change.NewKey(aki, "sendMessage", value, []id.ID{mei}, map[string]string{"content": "x"})
	if err := (change.Claim{Hash: other.RequestHash[:]}).Again(key); !fault.Is(err, fault.IdempotencyMismatch) {
		t.Error(err)
	}
}
