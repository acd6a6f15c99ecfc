// Package wire writes domain values as the contract's objects, the same for HTTP answers and pushed frames, and reads what
// clients send.
package wire

import (
	"cmp"
	"time"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

// Person is a user as others see them.
func Person(p room.Person) api.User {
	return api.User{Id: p.ID, Username: p.Username, DisplayName: p.DisplayName, Locale: api.Locale(p.Locale), CreatedAt: moment(p.CreatedAt)}
}

// People is a list, never null.
func People(list []room.Person) []api.User {
	out := make([]api.User, len(list))
	for i, p := range list {
		out[i] = Person(p)
	}
	return out
}

// Group is a group as its owner sees it.
func Group(g user.Group) api.Group {
	return api.Group{Id: g.ID, Name: g.Name, MemberCount: g.Members, CreatedAt: moment(g.CreatedAt)}
}

// Message is one message.
func Message(m message.Message) api.Message {
	out := api.Message{Id: m.ID, RoomId: m.RoomID, Event: m.Event, Type: api.MessageType(m.Type), Status: api.Status(m.Status), Content: m.Content,
		Visibility: api.MessageVisibility(m.Visibility), Answers: orNull(m.Answers), ReplyTo: orNull(m.ReplyTo), ExcludeFromAi: m.ExcludeFromAI,
		ClientMessageId: orNull(m.ClientMessageID), SharedAs: orNull(m.SharedAs), Attachments: []map[string]any{}, Reactions: []api.Reaction{},
		EditedAt: timeOrNull(m.EditedAt), DeletedAt: timeOrNull(m.DeletedAt), DeletedBy: deletedBy(m.DeletedBy), CreatedAt: moment(m.CreatedAt)}
	if m.Sequence > 0 {
		out.Sequence = &m.Sequence
	}
	if m.Sender != nil {
		p := Person(*m.Sender)
		out.Sender = &p
	}
	for _, r := range m.Reactions {
		out.Reactions = append(out.Reactions, api.Reaction{Emoji: r.Emoji, Count: r.Count, Mine: r.Mine, Users: append([]id.ID{}, r.First...)})
	}
	out.Mentions, out.System, out.Forwarded = marks(m.Mentions), note(m.Note), forwarded(m.Forwarded)
	if r := m.Reply; r != nil {
		out.Ai = &api.AIReply{Provider: r.Provider, Model: r.Model, Attempt: r.Attempt, ContentAttempt: r.ContentAttempt, Attempts: r.Attempt,
			InputTokens: r.InputTokens, CachedInputTokens: r.CachedTokens, OutputTokens: r.OutputTokens, ReasoningTokens: r.Reasoning, ChargedTokens: r.ChargedTokens,
			LatencyMs: millis(r.Latency), ErrorCode: textOrNull(r.ErrorCode), FinishReason: textOrNull(r.FinishReason), Thought: r.Thought, UsedSummary: r.UsedSummary}
	}
	return out
}

// Messages is a list, never null.
func Messages(list []message.Message) []api.Message {
	out := make([]api.Message, len(list))
	for i, m := range list {
		out[i] = Message(m)
	}
	return out
}

// Hit is a message that was found.
func Hit(h search.Hit) api.SearchHit {
	out := api.SearchHit{Message: Message(h.Message.Preview()), Excerpt: h.Excerpt.Text, Matches: make([]api.Range, len(h.Excerpt.Matches))}
	out.Room.Id, out.Room.Name = h.Message.RoomID, h.RoomName
	for i, m := range h.Excerpt.Matches {
		out.Matches[i] = api.Range{Start: m.Start, End: m.End}
	}
	return out
}

// Attempt is one attempt at an answer.
func Attempt(g ai.Generation) api.Attempt {
	out := api.Attempt{Attempt: g.Number, Status: api.Status(g.Status), Content: g.Text, Provider: g.Terms.Provider, Model: g.Terms.Model,
		ChargedTokens: g.ChargedTokens, LatencyMs: millis(g.Latency()), ErrorCode: textOrNull(g.ErrorCode), FinishReason: textOrNull(string(g.FinishReason)),
		CreatedAt: moment(g.CreatedAt), Thinking: g.Thinking, Effort: api.Effort(g.Terms.Effort)}
	if g.Usage != nil {
		out.InputTokens, out.CachedInputTokens = &g.Usage.InputTokens, &g.Usage.CachedInputTokens
		out.OutputTokens, out.ReasoningTokens = &g.Usage.OutputTokens, &g.Usage.ReasoningTokens
	}
	return out
}

// Room is a room as it is pushed to everybody: without what differs from person to person.
func Room(r room.Room, last map[id.ID]message.Message) api.Room {
	out := api.Room{Id: r.ID, Name: r.Name, Description: r.Description, OwnerId: r.OwnerID, AiProvider: r.AIProvider, AiModel: r.AIModel,
		AiInstructions: r.AIInstructions, AiContextCutoffAt: timeOrNull(r.AIContextCutoffAt), MaxReplyTokens: r.MaxReplyTokens, Effort: api.Effort(r.Effort), AllowedModels: r.AllowedModels.Entries(),
		IsArchived: r.IsArchived, IsFrozen: !r.FrozenAt.IsZero(), OfferedTo: orNull(r.OfferedTo),
		ForkState: textOrNull(r.ForkState), ForkedFromRoomId: orNull(r.ForkedFromRoomID), LatestEvent: r.LatestEvent, LastSequence: r.LastSequence,
		RetentionDays: numberOrNull(r.Retention.Days), FirstSequence: r.FirstSequence, HistoryBeginsAt: timeOrNull(r.HistoryBeginsAt),
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt)}
	if p := r.Retention; !p.NextAt.IsZero() {
		out.RetentionPending = &api.RetentionPending{Days: p.Announced, EffectiveAt: moment(p.NextAt)}
	}
	if m, found := last[r.ID]; found {
		message := Message(m.Preview())
		out.LastMessage = &message
	}
	return out
}

// MyRoom is a room as one of its members has it.
func MyRoom(m room.Mine, last map[id.ID]message.Message) api.Room {
	out := Room(m.Room, last)
	role, unread, notify := api.Role(m.Role), m.Unread(), api.Notify(m.Notify)
	out.Role, out.UnreadCount, out.UnreadMentions, out.LastReadMessageId, out.Notify = &role, &unread, &m.UnreadMentions, orNull(m.LastReadMessageID), &notify
	return out
}

// MyRooms is a list, never null.
func MyRooms(l rooms.Listing) []api.Room {
	out := make([]api.Room, len(l.Rooms))
	for i, m := range l.Rooms {
		out[i] = MyRoom(m, l.Last)
	}
	return out
}

// MemberTo is somebody in a room as one of its members may see them: the cap is told to the master and to oneself only.
func MemberTo(viewer id.ID, role room.Role, m room.Membership) api.Member {
	out := Member(m)
	if m.Person.ID == viewer || role.May(room.ManageAdmins) {
		out.MonthlyCap = m.MonthlyCap
	}
	return out
}

// Member is somebody in a room as everybody there may see them.
func Member(m room.Membership) api.Member {
	return api.Member{User: Person(m.Person), Role: api.Role(m.Role), JoinedAt: moment(m.JoinedAt), Event: m.Version}
}

// Members is a list, never null.
func Members(list []room.Membership) []api.Member {
	out := make([]api.Member, len(list))
	for i, m := range list {
		out[i] = Member(m)
	}
	return out
}

// Model is one model.
func Model(m ai.Model) api.Model {
	out := api.Model{Id: m.ID, Provider: m.Provider, DisplayName: m.DisplayName, ContextWindow: m.ContextWindow, MaxOutputTokens: m.MaxOutputTokens,
		Vision: m.Vision, Streaming: m.Streaming, Deprecated: m.Deprecated, Configured: m.Configured, Available: m.Available,
		Reasoning: api.ModelReasoning(cmp.Or(m.Reasoning.Mode, ai.NeverThinks)), Efforts: make([]api.Effort, len(m.Reasoning.Efforts))}
	for i, e := range m.Reasoning.Efforts {
		out.Efforts[i] = api.Effort(e)
	}
	out.Price.Input, out.Price.CachedInput, out.Price.Output = m.Price.Input, m.Price.CachedInput, m.Price.Output
	out.Weights.Input, out.Weights.Output = m.Weights.Input(), m.Weights.Output()
	return out
}

func deletedBy(who message.DeletedBy) *api.DeletedBy {
	if who == "" {
		return nil
	}
	by := api.DeletedBy(who)
	return &by
}

func orNull(v id.ID) *id.ID {
	if v.IsZero() {
		return nil
	}
	return &v
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func timeOrNull(t time.Time) *api.Moment {
	if t.IsZero() {
		return nil
	}
	return &api.Moment{Time: t}
}

func moment(t time.Time) api.Moment { return api.Moment{Time: t} }

func millis(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	n := d.Milliseconds()
	return &n
}

// numberOrNull is null for zero.
func numberOrNull(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
