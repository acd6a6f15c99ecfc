package replies_test

import (
	"context"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// scene is one situation, and what was decided in it: no database stands behind.
type scene struct {
	change.Situation
	plan *change.Plan
}

func (s *scene) Change(_ context.Context, _ change.Needs, decide change.Decide) ([]outbox.Row, error) {
	plan, err := decide(s.Situation)
	if err != nil {
		return nil, err
	}
	s.plan = plan
	return nil, plan.Err()
}

func (s *scene) replies() replies.Replies {
	return replies.Replies{Runner: transact.Runner{Store: s, Relay: transact.Relay{Activity: &activity{}}}, Catalogue: catalogue{}, Hint: silence{}}
}

// asked is a room in which aki asked and an answer ended; whoever acts has the role.
func asked(aki id.ID, role room.Role) *scene {
	now := time.Now()
	roomID, questionID, answerID, payer := id.Floor(now.Add(-time.Hour)), id.New(), id.New(), id.New()
	question := message.Message{ID: questionID, RoomID: roomID, Sender: &room.Person{ID: aki}, Type: message.Human, Status: message.Completed, Visibility: message.Public, Content: "why?", CreatedAt: now}
	answer := message.Message{ID: answerID, RoomID: roomID, Type: message.AI, Status: message.Completed, Visibility: message.Public, Answers: questionID,
		Reply: &message.Reply{AskerID: aki, Provider: "p", Model: "m", Attempt: 1}}
	return &scene{Situation: change.Situation{Now: now, Claim: change.Claim{First: true}, Question: &question, Answer: &answer, Unfinished: map[id.ID]int{},
		Accounts: []ledger.Account{{ID: payer, Balance: 1_000_000, Lots: []ledger.Lot{{ID: id.New(), Granted: 1_000_000, Remaining: 1_000_000}}}}, AccountsAt: now,
		Room: room.Mine{Role: role, Room: room.Room{ID: roomID, OwnerID: payer, MaxReplyTokens: 1024, AIProvider: "p", AIModel: "m", LastMessageID: answerID, LastSequence: 2, LatestEvent: 3}}}}
}

func TestWhoMayAskAgainAndWhen(t *testing.T) {
	t.Parallel()
	aki, mei := id.New(), id.New()
	for name, c := range map[string]struct {
		role   room.Role
		person id.ID
		setup  func(s *scene)
		want   fault.Code
	}{
		"the asker":                       {room.Member, aki, nil, ""},
		"an admin":                        {room.Admin, mei, nil, ""},
		"another member":                  {room.Member, mei, nil, fault.Forbidden},
		"the asker, a guest by now":       {room.Guest, aki, nil, fault.Forbidden},
		"an outsider":                     {room.Outside, aki, nil, fault.NotFound},
		"a deleted question":              {room.Member, aki, func(s *scene) { s.Question.DeletedAt = s.Now }, fault.NotFound},
		"the answer's id":                 {room.Member, aki, func(s *scene) { s.Question.ID = id.New() }, fault.NotFound},
		"an archived room":                {room.Member, aki, func(s *scene) { s.Room.IsArchived = true }, fault.RoomArchived},
		"an answer that is being written": {room.Member, aki, func(s *scene) { s.Answer.Status = message.Streaming }, fault.GenerationRunning},
		"a question kept from the AI":     {room.Member, aki, func(s *scene) { s.Question.ExcludeFromAI = true }, fault.Conflict},
		"a question before the cutoff":    {room.Member, aki, func(s *scene) { s.Room.AIContextCutoffAt = s.Now.Add(time.Hour) }, fault.Conflict},
		"three answers of the asker":      {room.Admin, mei, func(s *scene) { s.Unfinished[aki] = ai.MaxUnfinished }, fault.GenerationRunning},
		"three answers of the presser":    {room.Admin, mei, func(s *scene) { s.Unfinished[mei] = ai.MaxUnfinished }, ""},
		"a model that the room forbids": {room.Member, aki, func(s *scene) { s.Room.AllowedModels, _ = room.NewModelList([]string{"q/*"}) },
			fault.ModelNotAllowed},
		"another request under the key": {room.Member, aki, func(s *scene) { s.Claim = change.Claim{Hash: make([]byte, 32)} }, fault.IdempotencyMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := asked(aki, c.role)
			questionID := s.Question.ID
			if c.setup != nil {
				c.setup(s)
			}
			answer, _, err := s.replies().Regenerate(t.Context(), replies.Regenerate{RoomID: s.Room.ID, QuestionID: questionID, Person: c.person}, change.NewKey(c.person, "regenerateReply", id.New(), nil, nil))
			if fault.CodeOf(err) != c.want {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if c.want == "" && (answer.Status != message.Pending || answer.Reply.Attempt != 2 || len(s.plan.Owed()) == 0) {
				t.Errorf("%+v %+v", answer, answer.Reply)
			}
			if c.want != "" && s.plan != nil {
				t.Error("something was planned")
			}
		})
	}
}

func TestWhichModelMayBeAskedAgain(t *testing.T) {
	t.Parallel()
	aki := id.New()
	for name, c := range map[string]struct {
		wish    ai.Wish
		allowed string
		want    fault.Code
		model   string
	}{
		"the room's":                          {ai.Wish{}, "", "", "m"},
		"another":                             {ai.Wish{Provider: "p", Model: "thinker"}, "", "", "thinker"},
		"another with an effort":              {ai.Wish{Provider: "p", Model: "thinker", Effort: room.HighEffort}, "", "", "thinker"},
		"one that nobody knows":               {ai.Wish{Provider: "p", Model: "no"}, "", fault.ModelUnavailable, ""},
		"one that the room forbids":           {ai.Wish{Provider: "p", Model: "thinker"}, "p/m", fault.ModelNotAllowed, ""},
		"an effort that it does not take":     {ai.Wish{Provider: "p", Model: "thinker", Effort: room.LowEffort}, "", fault.ValidationFailed, ""},
		"an effort of one that never thinks":  {ai.Wish{Provider: "p", Model: "m", Effort: room.HighEffort}, "", fault.ValidationFailed, ""},
		"an effort that the room's lacks too": {ai.Wish{Effort: room.HighEffort}, "", fault.ValidationFailed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := asked(aki, room.Member)
			if c.allowed != "" {
				s.Room.AllowedModels, _ = room.NewModelList([]string{c.allowed})
			}
			cmd := replies.Regenerate{RoomID: s.Room.ID, QuestionID: s.Question.ID, Person: aki, Wish: c.wish}
			answer, _, err := s.replies().Regenerate(t.Context(), cmd, change.NewKey(aki, "regenerateReply", id.New(), nil, nil))
			if fault.CodeOf(err) != c.want {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if c.want == "" && answer.Reply.Model != c.model {
				t.Errorf("%+v", answer.Reply)
			}
			if c.want != "" && s.plan != nil {
				t.Error("something was planned")
			}
		})
	}
}

func TestWhoMayStop(t *testing.T) {
	t.Parallel()
	aki, mei := id.New(), id.New()
	for name, c := range map[string]struct {
		role    room.Role
		person  id.ID
		called  bool
		want    fault.Code
		running bool
	}{
		"the asker, before the call":  {room.Member, aki, false, "", false},
		"the asker, in the middle":    {room.Member, aki, true, "", true},
		"an admin":                    {room.Admin, mei, true, "", true},
		"another member":              {room.Member, mei, true, fault.Forbidden, false},
		"an outsider":                 {room.Outside, aki, true, fault.NotFound, false},
		"the asker, a reader by now":  {room.Reader, aki, true, fault.Forbidden, false},
		"the asker, archived by then": {room.Member, aki, true, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := asked(aki, c.role)
			s.Answer.Status, s.Room.IsArchived = message.Pending, name == "the asker, archived by then"
			g := ai.Generation{ID: id.New(), Kind: ai.Reply, Attempt: ai.Attempt{MessageID: s.Answer.ID, Number: 1}, RoomID: s.Room.ID, AskerID: aki, Visibility: message.Public}
			if c.called {
				g.ProviderCalledAt = s.Now
			}
			s.Running = []ai.Generation{g}
			answer, running, err := s.replies().Stop(t.Context(), s.Room.ID, c.person, s.Answer.ID)
			if fault.CodeOf(err) != c.want || running != c.running {
				t.Fatalf("got %v, running %v; want %q, %v", err, running, c.want, c.running)
			}
			if c.want == "" && !c.called && (answer.Status != message.Cancelled || *answer.Reply.ChargedTokens != 0) {
				t.Errorf("%+v %+v", answer, answer.Reply)
			}
		})
	}
}
