// Package export is what people take along: lines for programs, Markdown for people, and what a file says of itself. The schema of the
// lines and of the manifest is shared/api/export.schema.json.
package export

import (
	"encoding/json"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// Time is a moment as the contract writes it: RFC 3339, UTC, with milliseconds; null if it is zero.
type Time struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}

// Ref is an id, or nothing.
func Ref(v id.ID) *id.ID {
	if v.IsZero() {
		return nil
	}
	return &v
}

// Person is somebody by the names that they have when the file is made.
type Person struct {
	ID          id.ID  `json:"id"`
	Username    string `json:"username"`
	DisplayName string `json:"display_name"`
}

// Name is what people call them.
func (p Person) Name() string {
	if p.DisplayName != "" {
		return p.DisplayName
	}
	return p.Username
}

// Message is one line: a message with all that belongs to it, so that it can be read back. A deleted one has no text, no reactions and
// no mentions.
type Message struct {
	ID             id.ID              `json:"id"`
	RoomID         id.ID              `json:"room_id"`
	Sequence       *int64             `json:"sequence"`
	Type           message.Type       `json:"type"`
	Status         message.Status     `json:"status"`
	Visibility     message.Visibility `json:"visibility"`
	Sender         *Person            `json:"sender"`
	Content        string             `json:"content"`
	Answers        *id.ID             `json:"answers"`
	ReplyTo        *id.ID             `json:"reply_to"`
	CopiedFrom     *id.ID             `json:"copied_from"`
	SharedAs       *id.ID             `json:"shared_as"`
	ExcludeFromAI  bool               `json:"exclude_from_ai"`
	Mentions       []Mention          `json:"mentions"`
	Reactions      []Reaction         `json:"reactions"`
	ContentAttempt int                `json:"content_attempt"`
	Attempts       []Attempt          `json:"attempts"`
	Forwarded      *Forwarded         `json:"forwarded"`
	System         *Note              `json:"system"`
	EditedAt       Time               `json:"edited_at"`
	DeletedAt      Time               `json:"deleted_at"`
	DeletedBy      message.DeletedBy  `json:"deleted_by,omitempty"`
	CreatedAt      Time               `json:"created_at"`

	// Quoted is what it is a reply to, as far as its reader may see that.
	Quoted *Quoted `json:"-"`
}

// Mention is whom a message names.
type Mention struct {
	Kind   string `json:"kind"`
	UserID *id.ID `json:"user_id"`
	Name   string `json:"name"`
}

// Reaction is an emoji that somebody gave.
type Reaction struct {
	Emoji     string `json:"emoji"`
	User      Person `json:"user"`
	CreatedAt Time   `json:"created_at"`
}

// Attempt is one try of the AI. Its text is empty where it stands in the message, or is not kept any more.
type Attempt struct {
	Attempt           int    `json:"attempt"`
	Status            string `json:"status"`
	Provider          string `json:"provider"`
	Model             string `json:"model"`
	Text              string `json:"text"`
	InputTokens       *int64 `json:"input_tokens"`
	CachedInputTokens *int64 `json:"cached_input_tokens"`
	OutputTokens      *int64 `json:"output_tokens"`
	ReasoningTokens   *int64 `json:"reasoning_tokens"`
	ChargedTokens     *int64 `json:"charged_tokens"`
	Copied            bool   `json:"copied"`
	ErrorCode         string `json:"error_code"`
	FinishReason      string `json:"finish_reason"`
	CreatedAt         Time   `json:"created_at"`
	SettledAt         Time   `json:"settled_at"`
}

// Forwarded tells where a text was said first.
type Forwarded struct {
	RoomID    id.ID        `json:"room_id"`
	MessageID id.ID        `json:"message_id"`
	Type      message.Type `json:"type"`
	Author    string       `json:"author"`
	At        Time         `json:"at"`
}

// Note is what a room told of itself.
type Note struct {
	Code  message.NoteCode `json:"code"`
	Actor *Named           `json:"actor"`
	User  *Named           `json:"user"`
	Value string           `json:"value"`
}

// Named is somebody by the name that they had.
type Named struct {
	ID   id.ID  `json:"id"`
	Name string `json:"name"`
}

// NoteOf is a note as lines have it.
func NoteOf(n *message.Note) *Note {
	if n == nil {
		return nil
	}
	named := func(v *message.Named) *Named {
		if v == nil {
			return nil
		}
		return &Named{v.ID, v.Name}
	}
	return &Note{Code: n.Code, Actor: named(n.Actor), User: named(n.User), Value: n.Value}
}

// ForwardedOf is the same for what was passed on.
func ForwardedOf(f *message.Forwarded) *Forwarded {
	if f == nil {
		return nil
	}
	return &Forwarded{RoomID: f.RoomID, MessageID: f.MessageID, Type: f.Type, Author: f.Author, At: Time{f.At}}
}

// Quoted is the beginning of what a message is a reply to.
type Quoted struct {
	Author  string // empty: the AI
	Text    string
	Deleted bool
}
