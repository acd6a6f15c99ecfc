package ai_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// A random room: every kind of message, in every state, by several people, private to several.
func randomRoom(r *rand.Rand) (roomID id.ID, people []id.ID, list []message.Message) {
	roomID = id.New()
	people = []id.ID{id.New(), id.New(), id.New()}
	place := id.Place{Millisecond: 1_700_000_000_000}
	statuses := []message.Status{message.Pending, message.Streaming, message.Completed, message.Completed, message.Failed, message.Cancelled}
	for n := range 5 + r.IntN(40) {
		if place = place.After(); r.IntN(2) == 0 {
			place = id.Place{Millisecond: place.Millisecond + int64(r.IntN(1000)+1)}
		}
		m := message.Message{ID: place.ID(), RoomID: roomID, Type: message.Human, Status: message.Completed, Visibility: message.Public, ExcludeFromAI: r.IntN(6) == 0, KeptFromAI: r.IntN(9) == 0}
		m.CreatedAt = m.ID.Time()
		m.Content = "secret-" + string(rune('a'+n%26)) + m.ID.String()
		m.Sender = &room.Person{ID: people[r.IntN(3)], Username: "somebody"}
		switch r.IntN(6) {
		case 0, 1:
			m.Type, m.Sender, m.Status = message.AI, nil, statuses[r.IntN(len(statuses))]
		case 2:
			m.Type, m.Sender = message.System, nil
		}
		if r.IntN(4) == 0 {
			m.Visibility, m.VisibleTo = message.Private, people[r.IntN(3)]
		}
		if r.IntN(8) == 0 {
			m.DeletedAt = m.CreatedAt.Add(time.Second)
		}
		if r.IntN(12) == 0 {
			m.Content = ""
		}
		if r.IntN(15) == 0 {
			m.RoomID = id.New()
		}
		list = append(list, m)
	}
	return roomID, people, list
}

// mayBeSeen says in the spec's words what View.May says in the code's.
func mayBeSeen(m, question message.Message, asker id.ID, cutoff time.Time) bool {
	spoken := m.Type == message.Human || m.Type == message.AI
	settledWithText := m.Content != "" && (m.Status == message.Completed || m.Status == message.Cancelled)
	inTime := m.ID.Compare(question.ID) <= 0 && (cutoff.IsZero() || !m.CreatedAt.Before(cutoff))
	forEyes := m.Visibility == message.Public || (question.Visibility == message.Private && m.VisibleTo == asker)
	return m.RoomID == question.RoomID && spoken && settledWithText && inTime && forEyes && m.DeletedAt.IsZero() && !m.ExcludeFromAI && !m.KeptFromAI
}

// In both directions: what may not be seen never reaches the prompt, and what may (and fits) does.
func TestThePromptHoldsExactlyWhatMayBeSeen(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test's randomness
	asked := 0
	for range 3000 {
		_, people, list := randomRoom(r)
		question := list[r.IntN(len(list))]
		if question.Type != message.Human {
			continue
		}
		asker := question.Sender.ID
		if question.Visibility == message.Private {
			question.VisibleTo = asker
		}
		var cutoff time.Time
		if r.IntN(3) == 0 {
			cutoff = list[r.IntN(len(list))].CreatedAt
		}
		p, err := ai.NewPrompt(ai.View{Question: question, AskerID: asker, Cutoff: cutoff, Instructions: "be kind", Budget: 1 << 20})
		ok := err == nil
		if ok != mayBeSeen(question, question, asker, cutoff) {
			t.Fatalf("a question that may not be seen was asked: %+v", question)
		}
		if !ok {
			continue
		}
		asked++
		for i := len(list) - 1; i >= 0; i-- {
			p.Offer(list[i])
		}
		got := map[id.ID]bool{}
		for _, l := range p.Lines() {
			got[l.MessageID] = true
		}
		for _, m := range list {
			want := m.ID == question.ID || mayBeSeen(m, question, asker, cutoff)
			if got[m.ID] != want {
				t.Fatalf("in the prompt: %v, may be seen: %v\nmessage %+v\nquestion %+v asker %v cutoff %v", got[m.ID], want, m, question, asker, cutoff)
			}
			if question.Visibility == message.Public && got[m.ID] && m.Visibility == message.Private {
				t.Fatalf("a public answer saw a private message of %v", people)
			}
		}
	}
	if asked < 300 {
		t.Fatalf("only %d questions were asked: the test says little", asked)
	}
}

func TestTheBudgetKeepsOneUnbrokenStretchOfTheNewest(t *testing.T) {
	t.Parallel()
	roomID, place := id.New(), id.Place{Millisecond: 1}
	say := func(text string) message.Message {
		place = place.After()
		return message.Message{ID: place.ID(), RoomID: roomID, Type: message.Human, Status: message.Completed, Visibility: message.Public,
			Content: text, TokenEstimate: len(text), Sender: &room.Person{Username: "aki"}}
	}
	old, big, small, question := say("old"), say(strings.Repeat("b", 50)), say("small"), say("question")
	p, _ := ai.NewPrompt(ai.View{Question: question, Budget: 20})
	for _, m := range []message.Message{small, big, old} {
		p.Offer(m)
	}
	if lines := p.Lines(); len(lines) != 2 || lines[0].Text != "small" || lines[1].Text != "question" || !p.Full() {
		t.Fatalf("%+v", lines)
	}
	if lines, total, err := p.Fit([]int{15, 8}); err != nil || len(lines) != 1 || lines[0].Text != "question" || total != 8 {
		t.Fatalf("the provider counts more: %+v %d", lines, total)
	}
}

// Whatever the counts are, what is sent never exceeds what was held; a question that does is not sent at all.
func TestThePromptNeverExceedsWhatWasHeld(t *testing.T) {
	t.Parallel()
	question := message.Message{ID: id.New(), RoomID: id.New(), Type: message.Human, Status: message.Completed, Visibility: message.Public,
		Content: strings.Repeat("長", 300), Sender: &room.Person{Username: "aki"}}
	p, err := ai.NewPrompt(ai.View{Question: question, Instructions: "be brief", Budget: 100})
	if err != nil {
		t.Fatal(err)
	}
	if lines, _, err := p.Fit(nil); !errors.Is(err, ai.ErrTooLong) || lines != nil {
		t.Errorf("our own estimate exceeds the budget: %v %v", lines, err)
	}
	if _, _, err := p.Fit([]int{60, 41}); !errors.Is(err, ai.ErrTooLong) {
		t.Errorf("the provider's counts exceed the budget: %v", err)
	}
	if lines, total, err := p.Fit([]int{60, 40}); err != nil || len(lines) != 2 || total != 100 {
		t.Errorf("they fit: %v %d %v", lines, total, err)
	}
}

func TestWhatIsCharged(t *testing.T) {
	t.Parallel()
	terms := ai.Terms{Weights: ai.NewWeights(1_000_000, 4_000_000), Hold: 100}
	u := ai.Usage{InputTokens: 10, OutputTokens: 5}
	prompt := ai.Usage{InputTokens: 10}
	for name, c := range map[string]struct {
		called          bool
		o               ai.Outcome
		u               ai.Usage
		charged, excess int64
	}{
		"never called":             {false, ai.Outcome{Status: message.Failed}, u, 0, 0},
		"failed before text":       {true, ai.Outcome{Status: message.Failed, ErrorCode: "unavailable"}, prompt, 0, 0},
		"failed after text":        {true, ai.Outcome{Status: message.Failed, ErrorCode: "unavailable", Text: "so"}, u, 30, 0},
		"finished without text":    {true, ai.Outcome{Status: message.Failed, ErrorCode: "empty_reply", Finish: ai.Length}, u, 30, 0},
		"stopped before text":      {true, ai.Outcome{Status: message.Cancelled}, prompt, 10, 0},
		"stopped after text":       {true, ai.Outcome{Status: message.Cancelled, Text: "so"}, u, 30, 0},
		"completed":                {true, ai.Outcome{Status: message.Completed, Finish: ai.Stop, Text: "so"}, u, 30, 0},
		"more than was held":       {true, ai.Outcome{Status: message.Completed, Finish: ai.Stop, Text: "so"}, ai.Usage{InputTokens: 1000}, 100, 900},
		"stopped and never called": {false, ai.Outcome{Status: message.Cancelled}, u, 0, 0},
	} {
		charged, excess := ai.Charge(terms, c.called, c.o, c.u)
		if charged != c.charged || excess != c.excess {
			t.Errorf("%s: charged %d (excess %d), want %d (%d)", name, charged, excess, c.charged, c.excess)
		}
	}
}

func TestNothingIsFree(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]ai.Weights{"none": {}, "zero": ai.NewWeights(0, 0), "negative": ai.NewWeights(-5, -5)} {
		if got := ai.Cost(w, 3, 4); got != 7 {
			t.Errorf("%s: %d charged for 7 tokens", name, got)
		}
		if q := ai.Quote(ai.Model{Provider: "openai", ID: "x", Weights: w}, 4096, room.DefaultEffort); q.Hold == 0 {
			t.Errorf("%s: nothing is held", name)
		}
	}
	if _, err := ai.Choose([]ai.Model{{Provider: "openai", ID: "known", Available: true}}, "", "openai", "dated-snapshot"); !fault.Is(err, fault.ModelUnavailable) {
		t.Errorf("a model without a price can be asked: %v", err)
	}
}

func TestCostIsExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, out, wIn, wOut, want int64 }{
		{0, 0, 1, 1, 0}, {1, 0, 1, 1, 1}, {1_000_000, 0, 1, 1, 1}, {1_000_001, 0, 1, 1, 2},
		{3, 7, 2_500_000, 15_000_000, 113}, {math.MaxInt64, 0, 1_000_000, 1, math.MaxInt64}, {math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
	} {
		if got := ai.Cost(ai.NewWeights(c.wIn, c.wOut), c.in, c.out); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestAQuoteNeverExceedsTheWindow(t *testing.T) {
	t.Parallel()
	for _, window := range []int64{0, 1, 300, 2048, 8192, 200_000, 2_000_000} {
		for _, words := range []int{256, 4096, 32768} {
			for _, allowance := range []int64{0, 1000, 8192, 60_000} {
				q := ai.Quote(ai.Model{ContextWindow: window, MaxOutputTokens: 8192, Weights: ai.NewWeights(1, 1), Reasoning: thinker(allowance)}, words, room.HighEffort)
				output := q.ReplyCap + q.ReasoningAllowance
				if window > 1 && int64(q.PromptBudget+output) > window || q.ReplyCap < 1 || q.PromptBudget < 1 || q.ReplyCap > words || output > 8192 {
					t.Errorf("window %d, room's cap %d, allowance %d: %+v", window, words, allowance, q)
				}
			}
		}
	}
}

func FuzzEstimate(f *testing.F) {
	for _, s := range []string{"", "hello world", "こんにちは、世界", "🍁🍁", "a\x00b", "\xff\xfe", "SELECT * FROM x WHERE y = 1;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := ai.Estimate(s)
		if n < 4 || n > 4+3*len(s)+1 {
			t.Fatalf("%d tokens for %d bytes", n, len(s))
		}
	})
}
