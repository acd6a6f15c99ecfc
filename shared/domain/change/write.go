package change

import (
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Write is one row to write. A store writes each as it stands; nothing is decided there.
type Write interface{ write() }

// The rows of rooms and who is in them.
type (
	// InsertRoom makes a room with its counters.
	InsertRoom struct{ Room room.Room }
	// UpdateRoom writes every setting.
	UpdateRoom struct{ Room room.Room }
	// DeleteRoom hides a room; its rows stay until they are purged.
	DeleteRoom struct {
		RoomID id.ID
		At     time.Time
	}
	// PutMember writes somebody's part in a room, there before or not.
	PutMember struct {
		Membership   room.Membership
		LastRead     id.ID
		LastSequence int64
	}
	// RemoveMember ends somebody's part in a room.
	RemoveMember struct {
		RoomID, UserID id.ID
		Version        int64
		At             time.Time
	}
	// RaiseRead raises somebody's read position; it never falls.
	RaiseRead struct {
		RoomID, UserID, MessageID id.ID
		Sequence                  int64
	}
)

// The rows of messages.
type (
	// InsertMessage makes a message.
	InsertMessage struct{ Message message.Message }
	// SetContent writes a text that its author changed.
	SetContent struct {
		RoomID        id.ID
		MessageID     id.ID
		Content       string
		TokenEstimate int
		EditedAt      time.Time
		Event         int64
	}
	// SetExcluded says whether the AI may read a message.
	SetExcluded struct {
		MessageID id.ID
		Excluded  bool
		Event     int64
	}
	// Tombstone leaves a deleted message without its text, and without what was said to it.
	Tombstone struct {
		MessageID id.ID
		DeletedAt time.Time
		Event     int64
	}
	// AddReaction answers a message with an emoji.
	AddReaction struct {
		MessageID, UserID id.ID
		Emoji             string
		Event             int64
	}
	// RemoveReaction takes that back.
	RemoveReaction struct {
		MessageID, UserID id.ID
		Emoji             string
		Event             int64
	}
	// DropMention takes a mark away whose name no longer stands in the text.
	DropMention struct {
		MessageID id.ID
		Mention   message.Mention
	}
	// BeginAttempt lets an answer wait for another attempt; the old text stays.
	BeginAttempt struct {
		MessageID id.ID
		Attempt   int
		Event     int64
	}
	// EndAttempt writes the end of an answer's newest attempt, and its text if it brought one.
	EndAttempt struct {
		RoomID        id.ID
		MessageID     id.ID
		Attempt       int
		Status        message.Status
		Content       *string
		TokenEstimate int
		Event         int64
	}
)

// The rows of generations.
type (
	// InsertGeneration records an attempt that is to be made.
	InsertGeneration struct{ Generation ai.Generation }
	// EndGeneration writes how an attempt ended, what it used and what it costs.
	EndGeneration struct{ Generation ai.Generation }
	// RequestStop asks the worker of an attempt to end it.
	RequestStop struct{ GenerationID id.ID }
	// Requeue says that an attempt was given to the queue once more.
	Requeue struct{ GenerationID id.ID }
	// ForgetTexts takes the texts of all attempts at an answer.
	ForgetTexts struct{ MessageID id.ID }
)

func (InsertRoom) write()       {}
func (UpdateRoom) write()       {}
func (DeleteRoom) write()       {}
func (PutMember) write()        {}
func (RemoveMember) write()     {}
func (RaiseRead) write()        {}
func (InsertMessage) write()    {}
func (SetContent) write()       {}
func (SetExcluded) write()      {}
func (Tombstone) write()        {}
func (AddReaction) write()      {}
func (RemoveReaction) write()   {}
func (DropMention) write()      {}
func (BeginAttempt) write()     {}
func (EndAttempt) write()       {}
func (InsertGeneration) write() {}
func (EndGeneration) write()    {}
func (RequestStop) write()      {}
func (Requeue) write()          {}
func (ForgetTexts) write()      {}
