package change

import (
	"crypto/sha256"
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Write is one row to write. A store writes each as it stands; nothing is decided there.
type Write interface{ write() }

// The rows of rooms and who is in them.
type (
	// InsertRoom makes a room with its counters.
	InsertRoom struct {
		Room   room.Room
		Limits room.Limits
	}
	// UpdateRoom writes every setting.
	UpdateRoom struct{ Room room.Room }
	// SetRetention writes for how long a room keeps its messages.
	SetRetention struct {
		RoomID    id.ID
		Retention room.Retention
		At        time.Time
	}
	// RemoveHistory removes the oldest messages of a room with all that hangs on them. Its history begins with
	// a number then, and nothing older than a moment is kept; zero leaves these as they are.
	RemoveHistory struct {
		RoomID        id.ID
		Messages      []id.ID
		FirstSequence int64
		BeginsAt      time.Time
		Untold        bool
	}
	// DeleteRoom hides a room; its rows stay until they are purged.
	DeleteRoom struct {
		RoomID id.ID
		At     time.Time
	}
	// SetLimits writes what a room may cost in a month.
	SetLimits struct {
		RoomID id.ID
		Limits room.Limits
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
		By             id.ID // who took them out; zero for who left
		Version        int64
		At             time.Time
	}
	// UpdateMember writes the role and the cap of somebody who is in a room.
	UpdateMember struct{ Membership room.Membership }
	// RaiseVersion lets a member be told anew, of whom the room holds nothing else.
	RaiseVersion struct {
		RoomID, UserID id.ID
		Version        int64
	}
	// SetNotify writes of which messages somebody wants to be told.
	SetNotify struct {
		RoomID, UserID id.ID
		Level          room.Notify
	}
	// OfferRoom writes to whom a room is offered; the zero id is nobody.
	OfferRoom struct {
		RoomID, To id.ID
		Until, At  time.Time
	}
	// SetOwner gives a room to its new master; the offer ends.
	SetOwner struct {
		RoomID, OwnerID id.ID
		At              time.Time
	}
	// RaiseRead raises somebody's read position; it never falls.
	RaiseRead struct {
		RoomID, UserID, MessageID id.ID
		Sequence                  int64
	}
)

// The rows of invitations.
type (
	// InsertInvitation makes an invitation; a link's has the hash of its token.
	InsertInvitation struct {
		Invitation room.Invitation
		Hash       []byte
	}
	// EndInvitation writes what became of an invitation.
	EndInvitation struct {
		InvitationID id.ID
		Status       room.InvitationStatus
	}
	// UseInvitation takes one of a link's uses.
	UseInvitation struct{ InvitationID id.ID }
)

// The rows of jobs.
type (
	// InsertJob records a job that is to be done.
	InsertJob struct{ Job job.Job }
	// UpdateJob writes how far a job is, which moves it.
	UpdateJob struct{ Job job.Job }
)

// The rows of people: whom they blocked, and their groups.
type (
	// InsertBlock lets somebody not hear from another.
	InsertBlock struct{ UserID, BlockedID id.ID }
	// DeleteBlock ends that.
	DeleteBlock struct{ UserID, BlockedID id.ID }
	// InsertGroup makes a group.
	InsertGroup struct{ Group user.Group }
	// RenameGroup writes a group's name.
	RenameGroup struct {
		GroupID id.ID
		Name    string
		At      time.Time
	}
	// DeleteGroup ends a group, with who is in it.
	DeleteGroup struct{ GroupID id.ID }
	// InsertGroupMember puts somebody into a group.
	InsertGroupMember struct{ GroupID, UserID id.ID }
	// DeleteGroupMember takes somebody out.
	DeleteGroupMember struct{ GroupID, UserID id.ID }
)

// The rows of a person's account.
type (
	// UpdateProfile writes what a person says of themselves.
	UpdateProfile struct{ User user.User }
	// SilenceSummaries takes the summaries of all rooms in which a person wrote, and stops those that are being made.
	SilenceSummaries struct{ UserID id.ID }
	// EndAccount begins the grace of an account, and revokes its sessions.
	EndAccount struct {
		UserID         id.ID
		At, EraseAfter time.Time
		EraseMessages  bool
	}
	// EraseAccount takes a person's name, address, password, sessions and lists; what they said follows.
	EraseAccount struct {
		UserID        id.ID
		At            time.Time
		Username      string
		NameHash      [sha256.Size]byte
		ReservedUntil time.Time
	}
	// PutNews lets a person's rooms be told anew.
	PutNews struct {
		UserID  id.ID
		Renamed bool
	}
	// NewsTold says up to which room news of a version were told; the zero id: to all, so that they go.
	NewsTold struct {
		UserID, RoomID id.ID
		Version        int64
	}
)

// The rows of moderation.
type (
	// FreezeRoom lets a room stand still since a moment, or go on if that is zero.
	FreezeRoom struct {
		RoomID       id.ID
		FrozenAt, At time.Time
	}
	// InsertReport records a report with a snapshot of its message.
	InsertReport struct{ Report message.Report }
	// ResolveReport writes what was made of a report.
	ResolveReport struct {
		ReportID, By id.ID
		Resolution   message.Resolution
		At           time.Time
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
		By        message.DeletedBy
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
	// SetShared says as which message a private question was shown to its room.
	SetShared struct {
		MessageID, As id.ID
		Event         int64
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
	// CopyGeneration lets a copied answer tell who wrote it: what that attempt used and cost stays with the first one.
	CopyGeneration struct {
		ID         id.ID
		From, To   ai.Attempt
		QuestionID id.ID
		Status     message.Status
	}
	// EndGeneration writes how an attempt ended, what it used and what it costs.
	EndGeneration struct{ Generation ai.Generation }
	// RequestStop asks the worker of an attempt to end it.
	RequestStop struct{ GenerationID id.ID }
	// Requeue says that an attempt was given to the queue once more.
	Requeue struct{ GenerationID id.ID }
	// InsertSummary keeps what a generation made of a part of its room.
	InsertSummary struct {
		Generation ai.Generation
		Summary    ai.RoomSummary
	}
	// ForgetSummaries takes the room's summaries that cover a message, and stops the one that is being made of it; the zero id is
	// every message.
	ForgetSummaries struct{ RoomID, MessageID id.ID }
	// ForgetTexts takes the texts of all attempts at an answer.
	ForgetTexts struct{ MessageID id.ID }
)

// The rows of payments, each as a whole.
type (
	// PutCustomer writes who somebody is to a payment provider.
	PutCustomer struct {
		AccountID id.ID
		Rail      billing.Rail
		Customer  string
	}
	// PutPayment writes a payment, there before or not.
	PutPayment struct{ Payment billing.Payment }
	// PutSubscription writes a subscription, there before or not.
	PutSubscription struct{ Subscription billing.Subscription }
	// PutDispute writes a dispute, there before or not.
	PutDispute struct{ Dispute billing.Dispute }
	// FreezeAccount lets nobody ask at an account's cost since a moment, or again if that is zero.
	FreezeAccount struct {
		AccountID id.ID
		FrozenAt  time.Time
	}
)

func (UpdateProfile) write()     {}
func (SilenceSummaries) write()  {}
func (EndAccount) write()        {}
func (EraseAccount) write()      {}
func (PutNews) write()           {}
func (NewsTold) write()          {}
func (InsertJob) write()         {}
func (UpdateJob) write()         {}
func (InsertRoom) write()        {}
func (UpdateRoom) write()        {}
func (SetRetention) write()      {}
func (RemoveHistory) write()     {}
func (DeleteRoom) write()        {}
func (SetLimits) write()         {}
func (PutMember) write()         {}
func (RemoveMember) write()      {}
func (UpdateMember) write()      {}
func (RaiseVersion) write()      {}
func (SetNotify) write()         {}
func (OfferRoom) write()         {}
func (SetOwner) write()          {}
func (RaiseRead) write()         {}
func (InsertInvitation) write()  {}
func (EndInvitation) write()     {}
func (UseInvitation) write()     {}
func (FreezeRoom) write()        {}
func (InsertReport) write()      {}
func (ResolveReport) write()     {}
func (InsertBlock) write()       {}
func (DeleteBlock) write()       {}
func (InsertGroup) write()       {}
func (RenameGroup) write()       {}
func (DeleteGroup) write()       {}
func (InsertGroupMember) write() {}
func (DeleteGroupMember) write() {}
func (InsertMessage) write()     {}
func (SetContent) write()        {}
func (SetExcluded) write()       {}
func (Tombstone) write()         {}
func (AddReaction) write()       {}
func (RemoveReaction) write()    {}
func (DropMention) write()       {}
func (SetShared) write()         {}
func (BeginAttempt) write()      {}
func (EndAttempt) write()        {}
func (InsertGeneration) write()  {}
func (CopyGeneration) write()    {}
func (EndGeneration) write()     {}
func (RequestStop) write()       {}
func (Requeue) write()           {}
func (ForgetTexts) write()       {}
func (PutCustomer) write()       {}
func (PutPayment) write()        {}
func (PutSubscription) write()   {}
func (PutDispute) write()        {}
func (FreezeAccount) write()     {}
func (InsertSummary) write()     {}
func (ForgetSummaries) write()   {}
