package sockets

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// typingByUser lets a person type, and keeps a loop from posting to a whole room, on however many sockets.
var typingByUser = ratelimit.Rule{Name: "typing", Burst: 5, Every: time.Second}

const (
	// postsAtOnce bounds the posts that one frame has in flight; one that takes longer than postWithin is given up.
	postsAtOnce = 32
	postWithin  = 2 * time.Second
)

// FrameHandler answers what people send on their sockets.
type FrameHandler struct {
	Connections realtime.Connections
	Memberships interface {
		realtime.Memberships
		realtime.MembershipsOf
		realtime.MembersOf
	}
	Heads   realtime.Heads
	Denials realtime.Denials
	Hub     realtime.MessageHub
	Closer  realtime.Closer
	Limits  ratelimit.Limiter
	Now     func() time.Time
}

// View says which room the socket has on screen; the zero id is none. Returns not_found if its person is not in the room,
// unauthenticated if the socket or its session is over.
func (h FrameHandler) View(ctx context.Context, connectionID string, roomID id.ID) error {
	c, err := h.known(ctx, connectionID)
	if err != nil {
		return err
	}
	if !roomID.IsZero() {
		if _, err := h.member(ctx, c, roomID); err != nil {
			return err
		}
	}
	ok, err := h.Connections.View(ctx, connectionID, roomID)
	if err != nil {
		return err
	}
	if !ok {
		return over()
	}
	return nil
}

// Pong answers a heartbeat: the head of each stream asked for, and the read position there. A room one is not in is nil.
type Pong struct {
	User  int64
	Rooms map[id.ID]*RoomHead
}

// RoomHead is how far a room has come, and how far one has read it; the zero id is nothing.
type RoomHead struct {
	Event int64
	Read  id.ID
}

// Heartbeat records a sign of life, if the last one is old, and tells how far each stream has come. Returns validation_failed
// for more than 20 rooms; unauthenticated, after it closed the socket, if the session is over.
func (h FrameHandler) Heartbeat(ctx context.Context, connectionID string, rooms []id.ID) (Pong, error) {
	if len(rooms) > realtime.MaxHeartbeatRooms {
		return Pong{}, fault.Invalid("rooms", "may name 20 rooms")
	}
	c, err := h.known(ctx, connectionID)
	if err != nil {
		return Pong{}, err
	}
	// Two spellings of one id are one room.
	rooms = slices.Compact(slices.SortedFunc(slices.Values(rooms), func(a, b id.ID) int { return strings.Compare(a.String(), b.String()) }))
	streams := make([]string, 0, len(rooms)+1)
	streams = append(streams, realtime.UserStream(c.UserID))
	for _, r := range rooms {
		streams = append(streams, realtime.RoomStream(r))
	}
	var (
		wait  sync.WaitGroup
		heads map[string]int64
		mine  map[id.ID]realtime.Membership
		errs  [3]error
	)
	wait.Go(func() { heads, errs[0] = h.Heads.Get(ctx, streams) })
	wait.Go(func() { mine, errs[1] = h.Memberships.GetMany(ctx, c.UserID, rooms) })
	if now := h.Now(); now.Sub(c.SeenAt) >= realtime.TouchEvery {
		wait.Go(func() { _, errs[2] = h.Connections.Touch(ctx, connectionID, now) })
	}
	wait.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return Pong{}, err
	}
	pong := Pong{User: heads[realtime.UserStream(c.UserID)], Rooms: make(map[id.ID]*RoomHead, len(rooms))}
	for _, r := range rooms {
		pong.Rooms[r] = nil
		if m := mine[r]; m.In() {
			pong.Rooms[r] = &RoomHead{Event: heads[realtime.RoomStream(r)], Read: m.Read}
		}
	}
	return pong, nil
}

// Typing tells everybody else who has the room on screen. Returns not_found, forbidden for a reader, rate_limited, or
// unauthenticated.
func (h FrameHandler) Typing(ctx context.Context, connectionID string, roomID id.ID) error {
	c, err := h.known(ctx, connectionID)
	if err != nil {
		return err
	}
	if err := ratelimit.Allow(ctx, h.Limits, typingByUser, c.UserID.String()); err != nil {
		return err
	}
	m, err := h.member(ctx, c, roomID)
	if err != nil {
		return err
	}
	if !room.Role(m.Role).May(room.Send) {
		return fault.New(fault.Forbidden, "Only who may write types.")
	}
	watchers, err := h.Connections.Viewing(ctx, roomID)
	if err != nil {
		return err
	}
	frame, err := json.Marshal(someoneTypes{Type: "typing", RoomID: roomID, User: typist{ID: c.UserID, Username: c.Username, DisplayName: c.DisplayName}})
	if err != nil {
		return err
	}
	return h.tell(ctx, c, roomID, watchers, frame)
}

type someoneTypes struct {
	Type   string `json:"type"`
	RoomID id.ID  `json:"room_id"`
	User   typist `json:"user"`
}

type typist struct {
	ID          id.ID  `json:"id"`
	Username    string `json:"username"`
	DisplayName string `json:"display_name"`
}

// tell posts a frame to the watchers that are still in the room, but not to the person's own sockets. A socket that is gone
// is forgotten; any other failure loses what would be stale in a second anyway.
func (h FrameHandler) tell(ctx context.Context, from realtime.Connection, roomID id.ID, watchers []realtime.Connection, frame []byte) error {
	watchers = realtime.Outlets(slices.DeleteFunc(watchers, func(w realtime.Connection) bool { return w.UserID == from.UserID }))
	// Who was removed may still have the room on screen.
	members, err := h.Memberships.Members(ctx, roomID, realtime.People(watchers))
	if err != nil {
		return err
	}
	slots := make(chan struct{}, postsAtOnce)
	var wait sync.WaitGroup
	for _, w := range watchers {
		if !members[w.UserID].In() {
			continue
		}
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			ctx, cancel := context.WithTimeout(ctx, postWithin)
			defer cancel()
			if errors.Is(h.Hub.Post(ctx, w.ID, frame), realtime.ErrGone) {
				_ = h.Connections.Remove(ctx, w)
			}
		})
	}
	wait.Wait()
	return nil
}

// known is the socket that a frame came from. Returns unauthenticated, after it closed the socket, if its session is over.
func (h FrameHandler) known(ctx context.Context, connectionID string) (realtime.Connection, error) {
	c, ok, err := h.Connections.Get(ctx, connectionID)
	if err != nil {
		return c, err
	}
	var removeErr error
	if ok {
		denied, err := h.Denials.Denied(ctx, c.SessionID)
		if err != nil || !denied {
			return c, err
		}
		removeErr = h.Connections.Remove(ctx, c)
	}
	// The client opens a new socket with a new ticket, if it may. That this one cannot be closed, or is still listed, changes
	// nothing: it is answered no more, and the fan-out looks for denials too.
	if h.Closer != nil {
		_ = h.Closer.Close(ctx, connectionID)
	}
	if removeErr != nil {
		return c, removeErr
	}
	return c, over()
}

func (h FrameHandler) member(ctx context.Context, c realtime.Connection, roomID id.ID) (realtime.Membership, error) {
	m, known, err := h.Memberships.Get(ctx, c.UserID, roomID)
	if err != nil {
		return m, err
	}
	if !known || !m.In() {
		return m, fault.New(fault.NotFound, "There is no such room.")
	}
	return m, nil
}

func over() error { return fault.New(fault.Unauthenticated, "This connection is over. Connect again.") }
