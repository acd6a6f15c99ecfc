// Package messages sends, reads, edits and deletes what is said in a room.
package messages

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Store reads messages, each as its reader may see it; not_found to outsiders.
type Store interface {
	Message(ctx context.Context, roomID, person, messageID id.ID) (message.Message, error)
	Page(ctx context.Context, q Query) (Page, error)
	// Sent is what an earlier send with the same key made.
	Sent(ctx context.Context, roomID id.ID, key change.Key) (Sent, error)
	// Shared is the pair as which somebody shared a private pair of theirs; either of it names it.
	Shared(ctx context.Context, roomID, person, messageID id.ID) (Sent, error)
}

// RunningText finds the text of a reply that is being written sooner than the database has it.
type RunningText interface {
	Get(ctx context.Context, messageID id.ID) (attempt int, text string, found bool)
}

// StopHint tells workers to stop before their next checkpoint. Losing one costs a second, never a rule.
type StopHint interface {
	Publish(ctx context.Context, messageID id.ID)
}

// Messages is the use case.
type Messages struct {
	Store     Store
	Runner    transact.Runner
	Catalogue ai.Catalogue
	Running   RunningText
	Hint      StopHint
}

// Query asks for a page: before, after or around a message, or the newest.
type Query struct {
	RoomID, Person        id.ID
	Before, After, Around id.ID
	Limit                 int
}

// MaxPageBytes is where a page ends: with the message that goes beyond, or before it is full. The answer itself is bounded
// where it is encoded.
const MaxPageBytes = 512 << 10

// Page is messages with the numbers of their snapshot; More tells whether the direction goes on.
type Page struct {
	Messages             []message.Message
	More                 bool
	RoomEvent, UserEvent int64
}

// List reads a page.
func (m Messages) List(ctx context.Context, q Query) (Page, error) { return m.Store.Page(ctx, q) }

// Get reads one message; of an answer that is being written the newest text there is.
func (m Messages) Get(ctx context.Context, roomID, person, messageID id.ID) (message.Message, error) {
	found, err := m.Store.Message(ctx, roomID, person, messageID)
	if err != nil || !found.Status.Open() || found.Reply == nil || !found.DeletedAt.IsZero() {
		return found, err
	}
	attempt, text, running := m.Running.Get(ctx, messageID)
	if running && attempt == found.Reply.Attempt && (found.Reply.ContentAttempt < attempt || len(text) > len(found.Content)) {
		reply := *found.Reply
		reply.ContentAttempt = attempt
		found.Content, found.Reply, found.Status = text, &reply, message.Streaming
	}
	return found, nil
}

// hints tells workers to stop; it follows a commit.
func (m Messages) hints(told []ai.Generation) []transact.Step {
	if len(told) == 0 {
		return nil
	}
	return []transact.Step{{Name: "hint at a stop", Do: func(ctx context.Context) error {
		for _, g := range told {
			m.Hint.Publish(ctx, g.MessageID)
		}
		return nil
	}}}
}
