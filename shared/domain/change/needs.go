// Package change is how anything is changed: a decision names what it needs, is shown the situation under the locks which
// that takes, and answers with a plan. Deciding is pure; the store loads and applies, in one transaction.
package change

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// Store loads what needs name, asks decide, and applies its plan with the commit. It is the one place that takes locks,
// always in the same order. decide may be asked again if the transaction lost a race, so it keeps nothing from an earlier
// run; an error, or no plan, writes nothing. What the plan owes to queues is returned.
type Store interface {
	Change(ctx context.Context, n Needs, decide Decide) ([]outbox.Row, error)
}

// Decide turns a situation into a plan; nil if there is nothing to write.
type Decide func(s Situation) (*Plan, error)

// Order says how a decision stands to a room's order.
type Order int

// The orders.
const (
	// Unordered decisions write nothing of the room itself.
	Unordered Order = iota
	// Beside the room: its settings and the person's own part in it stand still, but nobody else waits. A private question.
	Beside
	// InOrder takes the room's place in line: every public change.
	InOrder
	// Alone is InOrder, with the settings to be changed.
	Alone
)

// Running says which unfinished generations are locked.
type Running int

// The choices.
const (
	NoneRunning   Running = iota
	RunningOfPair         // of the answer to Needs.Pair, or of Needs.Pair itself
	RunningOfRoom         // all of the room
)

// Self says how the acting person's own account is locked, before everything but a key.
type Self int

// The choices.
const (
	NotSelf Self = iota
	Present      // it does not begin or cease to end meanwhile
	Own          // to be changed
)

// Payments names a rail, and the payment that a decision is about.
type Payments struct {
	Rail      billing.Rail
	Reference string
}

// Needs names what a decision must see. What it names is locked as far as the decision could write it.
type Needs struct {
	// Key is claimed before anything else: an equal request waits here until the first one has ended.
	Key *Key

	// Job is a job, locked before the room; OpenJobs counts the person's that are not over.
	Job      id.ID
	OpenJobs bool

	RoomID id.ID
	Order  Order
	// LastMessage adds the room's newest public message.
	LastMessage bool

	// Person is who acts: their part in the room is read. Profile adds who they are.
	Person  id.ID
	Profile bool
	// Self adds the person's account; Departure what ends with it, News what of them is still to be told to their rooms.
	Self      Self
	Departure bool
	News      bool
	// HeldAt asks whether a legal hold keeps the account at that moment.
	HeldAt time.Time
	// RaisesRead locks the person's part in the room, since their read position may rise.
	RaisesRead bool
	// Parts are people whose parts in the room are locked, whether or not they are in it now. Blocks adds which of them do not
	// want to hear from the person, Invited which of them have an invitation that waits.
	// Master adds the master's part.
	Parts   []id.ID
	Master  bool
	Blocks  bool
	Invited bool
	// Members adds everybody who is in the room.
	Members bool

	// Streams are people whose own logs the decision writes; EveryStream adds all members.
	Streams     []id.ID
	EveryStream bool

	// Invitation is an invitation to the room.
	Invitation id.ID
	// Block says whether the person blocked this one.
	Block id.ID
	// Group is a group, GroupMember somebody who may be in it; Groups counts the person's.
	Group       id.ID
	GroupMember id.ID
	Groups      bool
	// Report is a report of the room; Reported says whether the person has reported Message before.
	Report   id.ID
	Reported bool
	// Messages are several of the room.
	Messages []id.ID
	// Message is a message of the room; ReplyTo too.
	Message id.ID
	ReplyTo id.ID
	// Source is a message of whatever room the person is in, of which something is made here.
	Source id.ID
	// People are members whose parts are read, without a lock: their names are asked for.
	People []id.ID
	// Pair is a question or its answer: both are read. Quoted adds what the question is a reply to.
	Pair   id.ID
	Quoted bool

	Running Running
	// Unfinished counts, for each asker, the answers that are being written in the room; of others than the person the public ones.
	Unfinished bool
	// Generation is one generation by its id, with question and answer.
	Generation id.ID

	// Backlog adds what the room's next summary is decided by, from a snapshot before the room's lock, and its payer, locked.
	Backlog bool

	// Summaries locks the summary that is being made, since what changes may be part of it.
	Summaries bool

	// Oldest adds so many of the room's oldest messages, whoever may see them, and whether the room is held. What they are to the
	// answers that are being written cannot change while the room is Alone.
	Oldest int

	// Asking adds the room's payer, locked, and what the person may spend of theirs. Whoever pays for the generations that the
	// needs name is locked, too, with the holds.
	Asking *Asking
	// Accounts are others whose books the decision writes.
	Accounts []id.ID
	// Payments adds what is known of the first account's payments.
	Payments *Payments
	// Entry is the key of a transaction that the decision would enter.
	Entry string
}
