package http

import (
	"net/url"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// Message is the room and the message that a path names. Returns not_found for what is no UUID.
func (r *Request) Message() (roomID, messageID id.ID, err error) {
	if roomID, err = r.ID("roomId"); err == nil {
		messageID, err = r.ID("messageId")
	}
	return roomID, messageID, err
}

// Text is a text in the path. Where the address had to be kept as it was written, so are its parts.
func (r *Request) Text(param string) string {
	text := r.Param(param)
	if r.Request().URL.RawPath == "" {
		return text
	}
	if decoded, err := url.PathUnescape(text); err == nil {
		return decoded
	}
	return text
}
