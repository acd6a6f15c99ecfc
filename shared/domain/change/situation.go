package change

import (
	"time"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Situation is what a decision sees: what its needs named, as it is under the locks.
type Situation struct {
	// Now is the database's clock, read under the room's lock.
	Now   time.Time
	Claim Claim

	// Job is nil if there is none.
	Job      *job.Job
	OpenJobs int

	// Room is the room as the acting person has it; its id is zero if there is none.
	Room        room.Mine
	LastMessage *message.Message
	Actor       room.Person
	// KeepsFromAI says that the person lets no AI read their words.
	KeepsFromAI bool
	// Account is nil if there is no such person. News is nil if all is told.
	Account   *user.Account
	Departure user.Departure
	News      *user.News
	// AccountHeld says that a legal hold keeps the account, Held that one keeps the room whose oldest messages were asked for.
	AccountHeld bool
	Held        bool
	// Parts has no row for somebody who never was in the room; one who left has the role Outside.
	Parts   map[id.ID]room.Membership
	Members []room.Membership
	// Blocked are those of the parts who do not want to hear from the person; Invited, who has an invitation that was not answered,
	// expired or not.
	Blocked    map[id.ID]bool
	Invited    map[id.ID]room.Invitation
	Invitation *room.Invitation

	Block   bool
	Group   *user.Group
	InGroup bool
	Groups  int
	// Streams are the last numbers of people's own logs.
	Streams map[id.ID]int64

	Report   *message.Report
	Reported bool

	Messages []message.Message
	Message  *message.Message
	// ReadSequence is how far the room was read by who has read up to Message; 0 where nobody asked, or nothing is near.
	ReadSequence int64
	ReplyTo      *message.Message
	// Source is nil if the person may not see it.
	Source *message.Message
	// People are those of the needs who are in the room.
	People map[id.ID]room.Membership
	// Question and Answer are the pair, or those of the generation; nil where there is none that the person may see.
	Question *message.Message
	Answer   *message.Message

	// Oldest are the beginning of the room's history. Untold says that something of it was removed and the room does not know.
	Oldest []message.Oldest
	Untold bool

	Running    []ai.Generation
	Unfinished map[id.ID]int
	Generation *ai.Generation

	// Accounts are those that are locked, as they were at AccountsAt; Holds are what is held for the named generations.
	Accounts   []ledger.Account
	AccountsAt time.Time
	Holds      map[id.ID]ledger.Hold
	Spending   ledger.Spending
	Size       ai.Size
	Payments   billing.State
	Backlog    ai.Backlog
	// Entered says that the books have a transaction of Needs.Entry.
	Entered bool
}

// Readable returns not_found to outsiders, and for a room that is deleted or never was: before a replay, and before
// anything else is told.
func (s Situation) Readable() error {
	if s.Room.ID.IsZero() || !s.Room.DeletedAt.IsZero() {
		return room.Outside.Check(room.Read)
	}
	return s.Room.Role.Check(room.Read)
}

// Stays returns unauthenticated for somebody who ended their account while their request was on its way.
func (s Situation) Stays() error {
	if s.Account == nil || s.Account.Leaving() {
		return fault.New(fault.Unauthenticated, "This account was deleted.")
	}
	return nil
}

// Standing is the message of the room that the needs named. Returns not_found if there is none, the person may not see it,
// or it was deleted.
func (s Situation) Standing() (message.Message, error) {
	switch {
	case s.Message == nil:
		return message.Message{}, fault.New(fault.NotFound, "There is no such message.")
	case !s.Message.DeletedAt.IsZero():
		return message.Message{}, fault.New(fault.NotFound, "The message was deleted.")
	}
	return *s.Message, nil
}

// Pair is the question and its answer. Returns not_found if one of them is missing or deleted.
func (s Situation) Pair() (question, answer message.Message, err error) {
	if s.Question == nil || s.Answer == nil || !s.Question.DeletedAt.IsZero() || !s.Answer.DeletedAt.IsZero() {
		return question, answer, fault.New(fault.NotFound, "There is no AI reply to that message.")
	}
	return *s.Question, *s.Answer, nil
}
