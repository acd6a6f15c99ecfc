package wire

import (
	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

const nano = 1e9

// Context is what a question would send and cost.
func Context(p replies.Previewed, items bool) api.AIContext {
	out := api.AIContext{Provider: p.Terms.Provider, Model: p.Terms.Model, Effort: api.Effort(p.Held.Effort), Items: []api.AIContextItem{},
		TotalTokens: int64(p.Tokens), Limit: int64(p.Terms.PromptBudget), Truncated: p.Truncated, Payer: Person(p.Payer)}
	least, most := p.Held.Range(p.Tokens)
	out.Estimate.TokensMin, out.Estimate.PriceMin = least.Charged, float64(least.NanoUSD)/nano
	out.Estimate.TokensMax, out.Estimate.PriceMax = most.Charged, float64(most.NanoUSD)/nano
	if s := p.Summary; s != nil {
		out.Summary = &struct {
			FromMessageId api.Id `json:"from_message_id"` //nolint:revive // as it is generated
			Text          string `json:"text"`
			ToMessageId   api.Id `json:"to_message_id"` //nolint:revive // as it is generated
		}{s.From, s.Text, s.To}
	}
	if items {
		for _, l := range p.Request.Lines {
			out.Items = append(out.Items, contextItem(l))
		}
	}
	return out
}

// Summary is the summary that an answer was given.
func Summary(s ai.WrittenSummary) api.UsedSummary {
	return api.UsedSummary{Text: s.Text, FromMessageId: s.From, ToMessageId: s.To, Provider: s.Provider, Model: s.Model, CreatedAt: moment(s.CreatedAt)}
}

func contextItem(l ai.Line) api.AIContextItem {
	item := api.AIContextItem{Speaker: api.AIContextItemSpeaker(l.Speaker), Author: l.Author, Text: l.Text, Tokens: int64(l.Tokens)}
	switch {
	case l.Summary:
		item.Kind = api.AIContextItemKindSummary
	case l.MessageID == id.Last:
		item.Kind = api.AIContextItemKindDraft
	case l.MessageID.IsZero():
		item.Kind = api.AIContextItemKindInstructions
	default:
		item.Kind, item.MessageId = api.AIContextItemKindMessage, &l.MessageID
	}
	return item
}
