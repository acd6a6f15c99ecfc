package http

import "github.com/yoriai/yoriai/shared/domain/id"

// Message is the room and the message that a path names. Returns not_found for what is no UUID.
func (r *Request) Message() (roomID, messageID id.ID, err error) {
	if roomID, err = r.ID("roomId"); err == nil {
		messageID, err = r.ID("messageId")
	}
	return roomID, messageID, err
}
