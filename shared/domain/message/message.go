// Package message holds what is said in a room.
package message

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// MaxLength binds people, in Unicode code points; AI text is bound by MaxReplyBytes.
const (
	MaxLength     = 32000
	MaxReplyBytes = 1 << 20
)

// Type says who speaks.
type Type string

// The types of messages.
const (
	Human  Type = "human"
	AI     Type = "ai"
	System Type = "system"
)

// Status is how far a message is; people's messages are completed from the start.
type Status string

// The states of a message and of each attempt of an AI reply.
const (
	Pending   Status = "pending"
	Streaming Status = "streaming"
	Completed Status = "completed"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
)

// Open says whether the message waits for more text.
func (s Status) Open() bool { return s == Pending || s == Streaming }

// Visibility says who sees a message.
type Visibility string

// Public messages are seen by the room, private ones by their asker alone.
const (
	Public  Visibility = "public"
	Private Visibility = "private"
)

// Message is one thing said. Its id is its place in the room.
type Message struct {
	ID              id.ID
	RoomID          id.ID
	Sequence        int64 // 0 on private rows
	Event           int64
	Sender          *room.Person
	Type            Type
	Status          Status
	Content         string
	Answers         id.ID
	ReplyTo         id.ID
	Visibility      Visibility
	VisibleTo       id.ID
	ExcludeFromAI   bool
	KeptFromAI      bool // whoever wrote it lets no AI read their words
	TokenEstimate   int
	ClientMessageID id.ID
	Reply           *Reply // of AI messages
	Note            *Note  // of system messages
	Forwarded       *Forwarded
	SharedAs        id.ID // of a private question that was shown to the room
	Mentions        []Mention
	Reactions       []Reaction
	EditedAt        time.Time
	DeletedAt       time.Time
	DeletedBy       DeletedBy // empty where nobody knows
	CreatedAt       time.Time
}

// Reply tells how an AI message came to be; status and error code are those of the newest attempt.
type Reply struct {
	AskerID        id.ID
	Provider       string
	Model          string
	Attempt        int
	ContentAttempt int
	InputTokens    *int64
	CachedTokens   *int64 // the part of the input that the provider had seen before
	OutputTokens   *int64
	Reasoning      *int64 // the part of the output that nobody reads
	ChargedTokens  *int64
	Latency        *time.Duration
	ErrorCode      string
	Thought        bool   // whether there is something to show of the thinking
	UsedSummary    bool   // whether a summary stood for older messages
	FinishReason   string // empty unless the provider said why it ended
}

// Stream is the log that tells of the message: the room's own, or that of the one person who may see it. It is asked
// whenever a change is written, so that a private row cannot reach a room by a writer's mistake.
func (m Message) Stream() event.Stream {
	if m.Visibility == Public {
		return event.RoomStream(m.RoomID)
	}
	return event.UserStream(m.VisibleTo)
}

// MayBeSeenBy says whether a member of the room may see the message.
func (m Message) MayBeSeenBy(person id.ID) bool {
	return m.Visibility == Public || m.VisibleTo == person
}

// previewLength is how much of a last message a list of rooms shows, in code points.
const previewLength = 200

// Preview is the message as a list of rooms shows it.
func (m Message) Preview() Message {
	n := 0
	for i := range m.Content {
		if n == previewLength {
			m.Content = m.Content[:i]
			break
		}
		n++
	}
	return m
}

// ValidateContent returns validation_failed for a text that people may not send: empty, too long, U+0000 or broken UTF-8.
func ValidateContent(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fault.Invalid("content", "must not be empty")
	case !utf8.ValidString(text):
		return fault.Invalid("content", "must be valid UTF-8")
	case utf8.RuneCountInString(text) > MaxLength:
		return fault.Invalid("content", "must have at most 32,000 characters")
	case strings.ContainsRune(text, 0):
		return fault.Invalid("content", "must not contain U+0000")
	}
	return nil
}

// IsOwnOf says whether the message is the person's: written by them, or the AI's answer to their question.
func (m Message) IsOwnOf(person id.ID) bool {
	if m.Sender != nil {
		return m.Sender.ID == person
	}
	return m.Reply != nil && m.Reply.AskerID == person
}
