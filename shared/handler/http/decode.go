package http

import (
	"bytes"
	"io"
	"mime"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/handler/wire"
)

// MaxBody is the largest body that is read: the longest message fits even as 32,000 emoji of two escapes each.
const MaxBody = 512 * 1024

// Nullable is a field of a request that may be absent, null or a value. Anywhere else null is refused.
type Nullable[T any] = wire.Nullable[T]

// Decode reads the body as JSON, strictly: exact names, each once, the right types, nothing after it. Returns too_large,
// unsupported_media_type, unknown_field, or malformed with the field.
func (r *Request) Decode(into any) error { return r.decode(into, false) }

// DecodeOptional is Decode for an operation whose body may be left out.
func (r *Request) DecodeOptional(into any) error { return r.decode(into, true) }

// Raw is the body as it came. Returns too_large.
func (r *Request) Raw() ([]byte, error) {
	if r.Request().ContentLength > MaxBody {
		return nil, tooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(r.Request().Body, MaxBody+1))
	if err != nil {
		return nil, fault.Wrap(fault.Malformed, "The body cannot be read.", err)
	}
	if len(body) > MaxBody {
		return nil, tooLarge()
	}
	return body, nil
}

func (r *Request) decode(into any, optional bool) error {
	body, err := r.Raw()
	if err != nil {
		return err
	}
	if optional && len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	media, _, err := mime.ParseMediaType(r.Request().Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return fault.New(fault.UnsupportedMediaType, "Send application/json.")
	}
	return wire.Decode(body, into)
}

func tooLarge() error { return fault.New(fault.TooLarge, "The body may have 512 KB.") }
