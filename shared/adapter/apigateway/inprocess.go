package apigateway

import (
	"context"
	"slices"
	"sync"

	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// InProcess is a hub whose sockets are functions; tests listen with it.
type InProcess struct {
	mu      sync.RWMutex
	sockets map[string]func(frame []byte)
}

var (
	_ realtime.MessageHub = (*InProcess)(nil)
	_ realtime.Closer     = (*InProcess)(nil)
)

// NewInProcess makes a hub without sockets.
func NewInProcess() *InProcess { return &InProcess{sockets: map[string]func([]byte){}} }

// Listen opens a socket. Frames arrive in the order of their posts, on the poster's goroutine.
func (h *InProcess) Listen(connectionID string, receive func(frame []byte)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sockets[connectionID] = receive
}

// Post implements realtime.MessageHub.
func (h *InProcess) Post(_ context.Context, connectionID string, frame []byte) error {
	h.mu.RLock()
	receive, open := h.sockets[connectionID]
	h.mu.RUnlock()
	if !open {
		return realtime.ErrGone
	}
	receive(slices.Clone(frame))
	return nil
}

// Close implements realtime.Closer.
func (h *InProcess) Close(_ context.Context, connectionID string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sockets, connectionID)
	return nil
}

// Open says whether the socket is open.
func (h *InProcess) Open(connectionID string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	_, open := h.sockets[connectionID]
	return open
}
