package message_test

import (
	"slices"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

func TestWhereANameStands(t *testing.T) {
	t.Parallel()
	mei := message.Mention{Kind: message.MentionsUser, Name: "mei"}
	for text, want := range map[string]bool{
		"@mei": true, "hello @mei, hello": true, "@Mei!": true, "こんにちは@meiさん": true, "(@mei)": true, "@meiko and @mei": true, "@mei.": true,
		"": false, "mei": false, "@ mei": false, "@meiko": false, "x@mei": false, "@mei-chan": false, "@mei_": false, "@mei2": false, "@@": false, "＠mei": false,
	} {
		if got := mei.StandsIn(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestAReactionIsCountedAsItWillBeRead(t *testing.T) {
	t.Parallel()
	me, other := id.New(), id.New()
	m := message.Message{Reactions: []message.Reaction{{Emoji: "a", Count: 2, Mine: true, First: []id.ID{me, other}}, {Emoji: "b", Count: 1, Mine: true, First: []id.ID{me}}}}
	if got := m.WithReaction(me, "a", false).Reactions; len(got) != 2 || got[0].Count != 1 || got[0].Mine || !slices.Equal(got[0].First, []id.ID{other}) {
		t.Errorf("taken: %+v", got)
	}
	if got := m.WithReaction(me, "b", false).Reactions; len(got) != 1 || got[0].Emoji != "a" {
		t.Errorf("the last taken: %+v", got)
	}
	if got := m.WithReaction(me, "c", true).Reactions; len(got) != 3 || got[2].Count != 1 || !got[2].Mine || !slices.Equal(got[2].First, []id.ID{me}) {
		t.Errorf("a new kind: %+v", got)
	}
	if got := m.WithReaction(other, "b", true).Reactions; got[1].Count != 2 || !slices.Equal(got[1].First, []id.ID{me, other}) {
		t.Errorf("given, too: %+v", got)
	}
	if m.Reactions[0].Count != 2 || len(m.Reactions) != 2 {
		t.Errorf("the message before was changed: %+v", m.Reactions)
	}
}
