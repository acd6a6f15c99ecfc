// Package room holds rooms, who is in them, and the one matrix of rights.
package room

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// The ranges that a room's settings may have.
const (
	MaxName          = 100
	MaxDescription   = 1000
	MaxInstructions  = 8000
	MinReplyTokens   = 256
	MaxReplyTokens   = 32768
	DefaultReply     = 4096
	MaxProviderName  = 100
	MaxModelName     = 200
	unnamedRoomError = "must have 1 to 100 characters in one line, and something to see"
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
	// Effort is how hard models shall think, where they can; AllowedModels which of them may be asked.
	Effort        Effort
	AllowedModels ModelList
	IsArchived    bool
	FrozenAt      time.Time
	// OfferedTo is the member to whom the master has offered the room until OfferedUntil; zero if nobody.
	OfferedTo        id.ID
	OfferedUntil     time.Time
	ForkState        string
	ForkedFromRoomID id.ID
	Retention        Retention
	CreatedAt        time.Time
	UpdatedAt        time.Time
	DeletedAt        time.Time
	// LatestEvent and LastSequence are the room's numbers at the moment it was read.
	LatestEvent   int64
	LastSequence  int64
	LastMessageID id.ID
	// FirstSequence is where the room's history begins, HistoryBeginsAt the time before which nothing is kept; zero if nothing was
	// removed.
	FirstSequence   int64
	HistoryBeginsAt time.Time
}

// Notify says which messages of a room somebody wants to be told of.
type Notify string

// The levels; whoever comes into a room is told of everything.
const (
	NotifyAll      Notify = "all"
	NotifyMentions Notify = "mentions"
	NotifyNone     Notify = "none"
)

// Valid says whether n is one of the levels.
func (n Notify) Valid() bool { return n == NotifyAll || n == NotifyMentions || n == NotifyNone }

// Mine is what a room is to one of its members.
type Mine struct {
	Room
	Role              Role
	Notify            Notify
	LastReadMessageID id.ID
	LastReadSequence  int64
	// UnreadMentions is how many messages after my read position name me.
	UnreadMentions int64
	// UserEvent is the number of the person's own stream at the moment the room was read.
	UserEvent int64
}

// Unread is how many public messages came after my read position, as far as they are kept.
func (m Mine) Unread() int64 {
	return max(0, m.LastSequence-max(m.LastReadSequence, m.FirstSequence-1))
}

// Closed are the states of a room in which most of it stands still.
type Closed int

// The states. An archived room is reopened by its admins, a frozen one by moderation, one that a fork fills by its end.
const (
	Archived Closed = iota
	Frozen
	Copying
)

// WritableBy returns not_found to outsiders and for a deleted room, forbidden without the right, and
// room_not_ready while a fork fills the room, room_frozen or room_archived for what does not work even there.
func (m Mine) WritableBy(right Right, evenIn ...Closed) error {
	if !m.DeletedAt.IsZero() {
		return Outside.Check(right)
	}
	if err := m.Role.Check(right); err != nil {
		return err
	}
	return m.Open(evenIn...)
}

// Open returns room_not_ready, room_frozen or room_archived, as WritableBy does.
func (r Room) Open(evenIn ...Closed) error {
	switch {
	case r.ForkState != "" && !slices.Contains(evenIn, Copying):
		return fault.New(fault.RoomNotReady, "The room is still being copied.")
	case !r.FrozenAt.IsZero() && !slices.Contains(evenIn, Frozen):
		return fault.New(fault.RoomFrozen, "The room has been frozen by moderation.")
	case r.IsArchived && !slices.Contains(evenIn, Archived):
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
	Left       *Departure // of somebody who was in the room and is not any more
}

// Departure is what somebody was when they went out of a room, when that was, and whether somebody else took them out.
type Departure struct {
	Role    Role
	At      time.Time
	Removed bool
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
	Effort         *Effort
	AllowedModels  *[]string
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
		return user.Visible(s) && user.OneLine(user.Trim(s)) && utf8.RuneCountInString(s) <= MaxName
	})
	check(c.Description, "description", "must have at most 1,000 characters", within(MaxDescription))
	check(c.AIProvider, "ai_provider", "must have at most 100 characters", within(MaxProviderName))
	check(c.AIModel, "ai_model", "must have at most 200 characters", within(MaxModelName))
	check(c.AIInstructions, "ai_instructions", "must have at most 8,000 characters", within(MaxInstructions))
	if n := c.MaxReplyTokens; n != nil && (*n < MinReplyTokens || *n > MaxReplyTokens) {
		bad = append(bad, fault.Field{Name: "max_reply_tokens", Message: "must lie between 256 and 32,768"})
	}
	if e := c.Effort; e != nil && !e.Known() {
		bad = append(bad, fault.Field{Name: "effort", Message: "must be default, none, low, medium or high"})
	}
	if l := c.AllowedModels; l != nil {
		var f *fault.Error
		if _, err := NewModelList(*l); errors.As(err, &f) {
			bad = append(bad, f.Fields...)
		}
	}
	if len(bad) > 0 {
		return &fault.Error{Code: fault.ValidationFailed, Detail: bad[0].Name + ": " + bad[0].Message, Fields: bad}
	}
	return nil
}

// clocksDiffer is how far a person's clock may be ahead of the database's.
const clocksDiffer = 5 * time.Minute

// At are the changes as they are meant at a moment: a cutoff that a clock ahead of ours calls now is now.
func (c Changes) At(now time.Time) Changes {
	if c.Cutoff != nil && c.Cutoff.After(now) && c.Cutoff.Sub(now) <= clocksDiffer {
		c.Cutoff = &now
	}
	return c
}

// Apply writes the changes into r, a name without the white space around it.
func (c Changes) Apply(r *Room) {
	if c.Name != nil {
		r.Name = user.Trim(*c.Name)
	}
	set(c.Description, &r.Description)
	set(c.AIProvider, &r.AIProvider)
	set(c.AIModel, &r.AIModel)
	set(c.AIInstructions, &r.AIInstructions)
	set(c.Cutoff, &r.AIContextCutoffAt)
	set(c.MaxReplyTokens, &r.MaxReplyTokens)
	set(c.Effort, &r.Effort)
	if c.AllowedModels != nil {
		r.AllowedModels, _ = NewModelList(*c.AllowedModels) // Validate has tried it
	}
	set(c.IsArchived, &r.IsArchived)
}

func set[T any](from, to *T) {
	if from != nil {
		*to = *from
	}
}

// Oldest is where a room can begin: nothing that was removed is looked for, and only a fork holds what is older than itself.
func (r Room) Oldest() (oldest id.ID) {
	if !r.HistoryBeginsAt.IsZero() {
		oldest = id.Floor(r.HistoryBeginsAt)
	}
	if r.ForkedFromRoomID.IsZero() && oldest.Compare(r.ID) < 0 {
		return r.ID
	}
	return oldest
}
