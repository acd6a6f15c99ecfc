package http

import "github.com/yoriai/yoriai/shared/domain/id"

// Message is the room and the message that a path names. Returns not_found for what is no UUID.
func (r *Request) Message() (roomID, messageID id.ID, err error) { return r.Two("roomId", "messageId") }

// Two are two ids that a path names. Returns not_found for what is no UUID.
func (r *Request) Two(first, second string) (a, b id.ID, err error) {
	if a, err = r.ID(first); err == nil {
		b, err = r.ID(second)
	}
	return a, b, err
}
