package gateway_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/gateway"
	"github.com/yoriai/yoriai/shared/domain/ai"
)

func TestThinkingComesApartFromTheText(t *testing.T) {
	t.Parallel()
	wires(t, start(t), func(t *testing.T, llm ai.LLM) {
		var text, thought strings.Builder
		var last ai.Thinking
		var usage *ai.Usage
		for chunk, err := range llm.Stream(t.Context(), question("[think:1] [fast:3]")) {
			if err != nil {
				t.Fatal(err)
			}
			if chunk.Thinking != nil {
				if text.Len() > 0 {
					t.Error("it thinks after it spoke")
				}
				thought.WriteString(chunk.Thinking.Text)
				last = *chunk.Thinking
			}
			text.WriteString(chunk.Text)
			if chunk.Usage != nil {
				usage = chunk.Usage
			}
		}
		if strings.TrimSpace(text.String()) != "word1 word2 word3" || !strings.Contains(thought.String(), "thought1") || last.Tokens == 0 || last.Elapsed <= 0 {
			t.Errorf("said %q, thought %q, last %+v", text.String(), thought.String(), last)
		}
		if usage == nil || usage.ReasoningTokens == 0 || usage.OutputTokens <= usage.ReasoningTokens {
			t.Errorf("usage %+v", usage)
		}
	})
}

// listing is a gateway that lists what it is told to.
type listing struct {
	models []ai.Model
	err    error
	asked  int
}

func (*listing) Stream(context.Context, ai.Request) iter.Seq2[ai.Chunk, error] { return nil }
func (*listing) EstimateTokens(context.Context, ai.Request) ([]int, error)     { return nil, nil }
func (l *listing) Models(context.Context) ([]ai.Model, error) {
	l.asked++
	return slices.Clone(l.models), l.err
}

func TestAProviderThatWasAwayForSecondsIsBackInSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &listing{models: []ai.Model{{Provider: "p", ID: "m", Configured: true}}} // its circuit is open
		c := gateway.NewCatalogue(l, ai.Offer{Unknown: true})
		usual := func() error {
			models, err := c.Models(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, err = ai.Choose(models, "", "", "")
			return err
		}
		if usual() == nil {
			t.Fatal("it is down")
		}
		l.models[0].Available = true
		time.Sleep(6 * time.Second)
		if err := usual(); err != nil {
			t.Errorf("six seconds later: %v", err)
		}
		l.err = errors.New("the gateway is away")
		time.Sleep(61 * time.Second)
		if err := usual(); err != nil {
			t.Errorf("the list of before serves: %v", err)
		}
		asked := l.asked
		time.Sleep(6 * time.Second)
		if _ = usual(); l.asked != asked+1 {
			t.Errorf("asked %d times", l.asked-asked)
		}
	})
}

func TestWhatIsNotOfferedIsNotListed(t *testing.T) {
	t.Parallel()
	l := &listing{models: []ai.Model{{Provider: "p", ID: "m", Known: true}, {Provider: "p", ID: "nobody knows it"}, {Provider: "q", ID: "m", Known: true}}}
	models, err := gateway.NewCatalogue(l, ai.Offer{Allowed: "p/*"}).Models(t.Context())
	if err != nil || len(models) != 1 || models[0].Provider != "p" || models[0].ID != "m" {
		t.Errorf("%+v %v", models, err)
	}
}
