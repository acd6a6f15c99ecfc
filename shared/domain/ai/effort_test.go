package ai_test

import (
	"testing"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

func thinker(allowance int64) ai.Reasoning {
	return ai.Reasoning{Mode: ai.MayThink, Efforts: []room.Effort{room.NoEffort, room.HighEffort}, Usual: room.HighEffort,
		Allowances: map[room.Effort]int64{room.HighEffort: allowance}}
}

func TestAnEffortIsTakenOnlyWhereTheModelTakesIt(t *testing.T) {
	t.Parallel()
	thinks, plain := ai.Model{Reasoning: thinker(8000)}, ai.Model{}
	for name, c := range map[string]struct {
		m             ai.Model
		asked, wished room.Effort
		want          room.Effort
		refused       bool
	}{
		"asked":                         {thinks, room.NoEffort, room.HighEffort, room.NoEffort, false},
		"the room's":                    {thinks, "", room.HighEffort, room.HighEffort, false},
		"the room's, not taken":         {thinks, "", room.LowEffort, room.DefaultEffort, false},
		"the room's, does not think":    {plain, "", room.HighEffort, room.DefaultEffort, false},
		"asked, not taken":              {thinks, room.LowEffort, room.HighEffort, "", true},
		"asked, does not think":         {plain, room.HighEffort, room.DefaultEffort, "", true},
		"not to think, does not anyway": {plain, room.NoEffort, room.DefaultEffort, "", true},
		"back to the model's own":       {thinks, room.DefaultEffort, room.NoEffort, room.DefaultEffort, false},
	} {
		got, err := ai.ChooseEffort(c.m, c.asked, c.wished)
		if c.refused != fault.Is(err, fault.ValidationFailed) || !c.refused && got != c.want {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestThinkingIsHeldOnTopOfTheWords(t *testing.T) {
	t.Parallel()
	m := ai.Model{ContextWindow: 1_000_000, MaxOutputTokens: 64_000, Reasoning: thinker(8000)}
	quiet, hard, usual := ai.Quote(m, 4096, room.NoEffort), ai.Quote(m, 4096, room.HighEffort), ai.Quote(m, 4096, room.DefaultEffort)
	if quiet.ReplyCap != 4096 || quiet.ReasoningAllowance != 0 || hard.ReplyCap != 4096 || hard.ReasoningAllowance != 8000 || hard.Hold != quiet.Hold+8000 {
		t.Errorf("%+v\n%+v", quiet, hard)
	}
	if usual.ReasoningAllowance != 8000 {
		t.Errorf("what the model does by itself is held: %+v", usual)
	}
	m.MaxOutputTokens = 6000
	if tight := ai.Quote(m, 4096, room.HighEffort); tight.ReplyCap != 3000 || tight.ReasoningAllowance != 3000 {
		t.Errorf("a small cap is shared: %+v", tight)
	}
}

// What the list leaves open is paid by nobody but the house, so it is held at the dearest.
func TestAModelThatAlwaysThinksIsHeldAtItsDearest(t *testing.T) {
	t.Parallel()
	allowances := map[room.Effort]int64{room.LowEffort: 1000, room.HighEffort: 8000}
	always := ai.Reasoning{Mode: ai.AlwaysThinks, Efforts: []room.Effort{room.LowEffort, room.HighEffort}, Usual: room.DefaultEffort, Allowances: allowances}
	optional := always
	optional.Mode = ai.MayThink
	for effort, want := range map[room.Effort][2]int64{room.DefaultEffort: {8000, 0}, room.NoEffort: {8000, 0}, room.LowEffort: {1000, 1000}, room.MediumEffort: {8000, 8000}} {
		if got := always.Allowance(effort); got != want[0] {
			t.Errorf("always, %s: %d", effort, got)
		}
		if got := optional.Allowance(effort); got != want[1] {
			t.Errorf("optional, %s: %d", effort, got)
		}
	}
	if got := always.Below(room.DefaultEffort); len(got) != 1 || got[0] != room.LowEffort {
		t.Errorf("%v", got)
	}
	if got := always.Below(room.LowEffort); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestWhatWasThoughtIsChargedWhenItIsStopped(t *testing.T) {
	t.Parallel()
	g := called(ai.Generation{PromptEstimate: 100, Terms: ai.Terms{Hold: 10_000, Weights: ai.NewWeights(1_000_000, 1_000_000)}})
	s := ai.Settle(g, ai.Outcome{Status: message.Cancelled, Thought: 40})
	if s.Charged != 140 || s.Usage.ReasoningTokens != 40 || s.Usage.OutputTokens != 40 || !s.Usage.Estimated {
		t.Errorf("%+v", s)
	}
	g.Thought = 50 // as its worker last wrote it
	if s = ai.Settle(g, ai.Outcome{Status: message.Cancelled, Thought: 40}); s.Usage.ReasoningTokens != 50 {
		t.Errorf("%+v", s)
	}
	if s = ai.Settle(g, ai.Outcome{Status: message.Failed, ErrorCode: ai.WorkerLost, Thought: 50}); s.Charged != 0 {
		t.Errorf("lost before any text is free: %+v", s)
	}
}

func TestARoomAndAnInstallationListWhatMayBeAsked(t *testing.T) {
	t.Parallel()
	models := []ai.Model{{Provider: "p", ID: "a", Configured: true, Available: true, Known: true}, {Provider: "p", ID: "b/c", Configured: true, Available: true},
		{Provider: "q", ID: "a", Configured: true, Available: true, Known: true}}
	list := func(entries ...string) room.ModelList {
		l, err := room.NewModelList(entries)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for name, c := range map[string]struct {
		allowed         room.ModelList
		provider, model string
		want            string
		code            fault.Code
	}{
		"no list":              {list(), "q", "a", "a", ""},
		"listed":               {list("p/b/c"), "p", "b/c", "b/c", ""},
		"all of a provider":    {list("p/*"), "p", "a", "a", ""},
		"not listed":           {list("p/*"), "q", "a", "", fault.ModelNotAllowed},
		"the first is listed":  {list("q/a"), "", "", "a", ""},
		"nothing of it exists": {list("x/*"), "x", "y", "", fault.ModelUnavailable},
	} {
		m, err := ai.Choose(models, c.allowed, c.provider, c.model)
		if c.code != "" && !fault.Is(err, c.code) || c.code == "" && (err != nil || m.ID != c.want) {
			t.Errorf("%s: %+v %v", name, m, err)
		}
	}
	if offered := (ai.Offer{}).Of(models); len(offered) != 2 {
		t.Errorf("what no catalogue knows is offered: %+v", offered)
	}
	if offered := (ai.Offer{Allowed: list("p/*"), Unknown: true}).Of(models); len(offered) != 2 || offered[1].ID != "b/c" {
		t.Errorf("%+v", offered)
	}
	for _, bad := range []string{"", "p", "p/", "/a", "p/a\nq/b"} {
		if _, err := room.NewModelList([]string{bad}); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("%q is taken", bad)
		}
	}
}

func called(g ai.Generation) ai.Generation {
	g.ProviderCalledAt = g.CreatedAt.AddDate(2000, 0, 0)
	return g
}
