package message_test

import (
	"testing"

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
	m := message.Message{Reactions: []message.Reaction{{Emoji: "a", Count: 2, Mine: true}, {Emoji: "b", Count: 1, Mine: true}}}
	if got := m.WithReaction("a", false).Reactions; len(got) != 2 || got[0].Count != 1 || got[0].Mine {
		t.Errorf("taken: %+v", got)
	}
	if got := m.WithReaction("b", false).Reactions; len(got) != 1 || got[0].Emoji != "a" {
		t.Errorf("the last taken: %+v", got)
	}
	if got := m.WithReaction("c", true).Reactions; len(got) != 3 || got[2].Count != 1 || !got[2].Mine {
		t.Errorf("a new kind: %+v", got)
	}
	if m.Reactions[0].Count != 2 || len(m.Reactions) != 2 {
		t.Errorf("the message before was changed: %+v", m.Reactions)
	}
}
