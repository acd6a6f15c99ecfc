package http

import (
	"net/url"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// Message is the room and the message that a path names. Returns not_found for what is no UUID.
func (r *Request) Message() (roomID, messageID id.ID, err error) { return r.Two("roomId", "messageId") }

// Two are two ids that a path names. Returns not_found for what is no UUID.
func (r *Request) Two(first, second string) (a, b id.ID, err error) {
	if a, err = r.ID(first); err == nil {
		b, err = r.ID(second)
	}
	return a, b, err
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
