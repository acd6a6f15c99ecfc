package change

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Plan is what was decided: rows to write, what the logs say of them, and what is owed to queues. A log can only be
// written if the needs took its lock; which log a message belongs to, the message itself says.
type Plan struct {
	actor   id.ID
	now     time.Time
	inOrder bool
	room    room.Mine
	parts   map[id.ID]room.Membership
	streams map[id.ID]int64
	books   map[id.ID]*ledger.Book
	holds   map[id.ID]ledger.Hold
	// notified are payers who are told that their balance changed.
	notified map[id.ID]bool

	writes []Write
	logged []event.Event
	people map[id.ID][]event.Event
	owed   []outbox.Row
	err    error
}

// RoomLog is what a plan adds to a room's log, and the room's numbers after it.
type RoomLog struct {
	RoomID        id.ID
	Sequence      int64
	Event         int64
	LastMessageID id.ID
	Events        []event.Event
}

// UserLog is what a plan adds to a person's own log.
type UserLog struct {
	UserID id.ID
	Event  int64
	Events []event.Event
}

// Plan begins a plan for somebody's change; the zero id is nobody's.
func (s Situation) Plan(actor id.ID, n Needs) *Plan {
	return &Plan{actor: actor, now: s.Now, inOrder: n.Order >= InOrder, room: s.Room, parts: s.Parts, streams: maps.Clone(s.Streams),
		books: s.openBooks(), holds: maps.Clone(s.Holds), people: map[id.ID][]event.Event{}, notified: map[id.ID]bool{}}
}

// NewRoom begins the plan of a room that this very plan makes; the maker's own log must be locked.
func (s Situation) NewRoom(actor id.ID, r room.Room) *Plan {
	p := s.Plan(actor, Needs{Order: InOrder})
	// A new room stands by its birth: its last message is the room itself.
	r.LastMessageID = r.ID
	p.room = room.Mine{Room: r, Role: room.Master, Notify: room.NotifyAll}
	return p
}

// Room is the room as it will be.
func (p *Plan) Room() room.Mine { return p.room }

// Write adds rows to be written.
func (p *Plan) Write(w ...Write) { p.writes = append(p.writes, w...) }

// Owe adds rows for queues.
func (p *Plan) Owe(rows ...outbox.Row) { p.owed = append(p.owed, rows...) }

// RoomEvent counts one change that everybody in the room may see.
func (p *Plan) RoomEvent(kind event.Kind, entity id.ID) int64 {
	if !p.inOrder {
		p.fail(fmt.Errorf("a plan out of the room's order writes %s to its log", kind))
		return 0
	}
	p.room.LatestEvent++
	p.logged = append(p.logged, event.Event{Number: p.room.LatestEvent, Kind: kind, EntityID: entity, ActorID: p.actor, At: p.now})
	return p.room.LatestEvent
}

// UserEvent counts one change that one person may see.
func (p *Plan) UserEvent(person id.ID, kind event.Kind, entity id.ID) int64 {
	number, locked := p.streams[person]
	if !locked {
		p.fail(fmt.Errorf("a plan writes %s to a person's log that is not locked", kind))
		return 0
	}
	number++
	p.streams[person] = number
	p.people[person] = append(p.people[person], event.Event{Number: number, Kind: kind, EntityID: entity, ActorID: p.actor, At: p.now})
	return number
}

// log counts a change of a message, in the log that may tell of it.
func (p *Plan) log(kind event.Kind, m message.Message) int64 {
	if stream := m.Stream(); stream.Room.IsZero() {
		return p.UserEvent(stream.User, kind, m.ID)
	}
	return p.RoomEvent(kind, m.ID)
}

// Post writes a new message at the next place: a public one is numbered in the room, a private one changes nothing of it.
func (p *Plan) Post(m message.Message) message.Message {
	return p.post(m, p.room.LastMessageID.Place().Next(p.now))
}

// PostAnswer writes the message that will answer a question, right behind it.
func (p *Plan) PostAnswer(m, question message.Message) message.Message {
	return p.post(m, question.ID.Place().After())
}

func (p *Plan) post(m message.Message, place id.Place) message.Message {
	m.ID = place.ID()
	m.CreatedAt = m.ID.Time()
	if m.Visibility == message.Public {
		p.room.LastMessageID = m.ID
		p.room.LastSequence++
		m.Sequence = p.room.LastSequence
	}
	m.Event = p.log(event.MessageCreated, m)
	p.Write(InsertMessage{Message: m})
	return m
}

// Tell posts what the room says of itself; everybody there reads it in their own language.
func (p *Plan) Tell(n message.Note) message.Message {
	return p.Post(message.Message{RoomID: p.room.ID, Type: message.System, Status: message.Completed, Visibility: message.Public, Note: &n})
}

// Changed counts a change of a message that stands, and gives it its number.
func (p *Plan) Changed(m message.Message) message.Message {
	m.Event = p.log(event.MessageUpdated, m)
	return m
}

func (p *Plan) fail(err error) {
	if p.err == nil && err != nil {
		p.err = err
	}
}

// Err tells of a plan that would write what is not locked: a fault of the code that made it.
func (p *Plan) Err() error {
	for _, b := range p.books {
		p.fail(b.Err())
	}
	return p.err
}

// Writes are the rows to write, in order.
func (p *Plan) Writes() []Write { return p.writes }

// RoomLog is what to add to the room's log; false if nothing.
func (p *Plan) RoomLog() (RoomLog, bool) {
	return RoomLog{RoomID: p.room.ID, Sequence: p.room.LastSequence, Event: p.room.LatestEvent, LastMessageID: p.room.LastMessageID, Events: p.logged},
		len(p.logged) > 0
}

// UserLogs is what to add to people's own logs, by ascending ids.
func (p *Plan) UserLogs() []UserLog {
	var logs []UserLog
	for _, person := range slices.SortedFunc(maps.Keys(p.people), id.ID.Compare) {
		logs = append(logs, UserLog{UserID: person, Event: p.streams[person], Events: p.people[person]})
	}
	return logs
}

// Owed is every row for a queue: what was owed, a push for each log that was written, and notices of balances.
func (p *Plan) Owed() []outbox.Row {
	owed := slices.Clone(p.owed)
	push := func(stream event.Stream, events []event.Event) {
		owed = append(owed, outbox.NewPush(stream, events[0].Number, events[len(events)-1].Number))
	}
	if log, any := p.RoomLog(); any {
		push(event.RoomStream(log.RoomID), log.Events)
	}
	for _, log := range p.UserLogs() {
		push(event.UserStream(log.UserID), log.Events)
	}
	for _, payer := range slices.SortedFunc(maps.Keys(p.notified), id.ID.Compare) {
		owed = append(owed, outbox.NewNotice(payer, outbox.BalanceChanged, payer))
	}
	return owed
}
