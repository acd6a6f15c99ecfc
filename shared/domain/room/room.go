// Package room holds rooms, who is in them, and the one matrix of rights.
package room

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// The ranges that a room's settings may have.
const (
	MaxName          = 100
	MaxDescription   = 1000
	MaxInstructions  = 8000
	MinReplyTokens   = 256
	MaxReplyTokens   = 32768
	DefaultReply     = 4096
	maxProviderName  = 100
	maxModelName     = 200
	unnamedRoomError = "must have 1 to 100 characters"
)

// Room is a place where people and an AI talk in one order.
type Room struct {
	ID             id.ID
	Name           string
	Description    string
	OwnerID        id.ID
	AIProvider     string
	AIModel        string
	AIInstructions string
	// AIContextCutoffAt hides everything older from the AI; zero means nothing is hidden.
	AIContextCutoffAt time.Time
	MaxReplyTokens    int
	IsArchived        bool
	ForkState         string
	ForkedFromRoomID  id.ID
	CreatedAt         time.Time
	UpdatedAt         time.Time
	DeletedAt         time.Time
	// LatestEvent and LastSequence are the room's numbers at the moment it was read.
	LatestEvent   int64
	LastSequence  int64
	LastMessageID id.ID
}

// Mine is what a room is to one of its members.
type Mine struct {
	Room
	Role              Role
	LastReadMessageID id.ID
	LastReadSequence  int64
	// UnreadMentions is how many messages after my read position name me.
	UnreadMentions int64
	// UserEvent is the number of the person's own stream at the moment the room was read.
	UserEvent int64
}

// Unread is how many public messages came after my read position.
func (m Mine) Unread() int64 { return max(0, m.LastSequence-m.LastReadSequence) }

// WritableBy returns not_found to outsiders and for a deleted room, forbidden without the right, room_not_ready while a
// fork fills the room, and room_archived.
func (m Mine) WritableBy(right Right) error {
	if !m.DeletedAt.IsZero() {
		return fault.New(fault.NotFound, "There is no such room.")
	}
	if err := m.Role.Check(right); err != nil {
		return err
	}
	if m.ForkState != "" {
		return fault.New(fault.RoomNotReady, "The room is still being copied.")
	}
	if m.IsArchived {
		return fault.New(fault.RoomArchived, "The room is archived.")
	}
	return nil
}

// Person is a user as others see them.
type Person struct {
	ID          id.ID
	Username    string
	DisplayName string
	Locale      string
	CreatedAt   time.Time
}

// Membership is one person's place in a room.
type Membership struct {
	Person
	RoomID     id.ID
	Role       Role
	Version    int64
	JoinedAt   time.Time
	MonthlyCap *int64
	LastRead   id.ID
}

// Changes are the settings of a request; nil leaves one as it is.
type Changes struct {
	Name           *string
	Description    *string
	AIProvider     *string
	AIModel        *string
	AIInstructions *string
	Cutoff         *time.Time // a pointer to the zero time takes the cutoff away
	MaxReplyTokens *int
	IsArchived     *bool
}

// Validate returns validation_failed naming each field that is out of range.
func (c Changes) Validate() error {
	var bad []fault.Field
	check := func(value *string, field, message string, ok func(string) bool) {
		if value != nil && (!ok(*value) || strings.ContainsRune(*value, 0)) {
			bad = append(bad, fault.Field{Name: field, Message: message})
		}
	}
	within := func(limit int) func(string) bool {
		return func(s string) bool { return utf8.RuneCountInString(s) <= limit }
	}
	check(c.Name, "name", unnamedRoomError, func(s string) bool {
		return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= MaxName
	})
	check(c.Description, "description", "must have at most 1,000 characters", within(MaxDescription))
	check(c.AIProvider, "ai_provider", "must have at most 100 characters", within(maxProviderName))
	check(c.AIModel, "ai_model", "must have at most 200 characters", within(maxModelName))
	check(c.AIInstructions, "ai_instructions", "must have at most 8,000 characters", within(MaxInstructions))
	if n := c.MaxReplyTokens; n != nil && (*n < MinReplyTokens || *n > MaxReplyTokens) {
		bad = append(bad, fault.Field{Name: "max_reply_tokens", Message: "must lie between 256 and 32,768"})
	}
	if len(bad) > 0 {
		return &fault.Error{Code: fault.ValidationFailed, Detail: bad[0].Name + ": " + bad[0].Message, Fields: bad}
	}
	return nil
}

// Apply writes the changes into r.
func (c Changes) Apply(r *Room) {
	set(c.Name, &r.Name)
	set(c.Description, &r.Description)
	set(c.AIProvider, &r.AIProvider)
	set(c.AIModel, &r.AIModel)
	set(c.AIInstructions, &r.AIInstructions)
	set(c.Cutoff, &r.AIContextCutoffAt)
	set(c.MaxReplyTokens, &r.MaxReplyTokens)
	set(c.IsArchived, &r.IsArchived)
}

func set[T any](from, to *T) {
	if from != nil {
		*to = *from
	}
}
