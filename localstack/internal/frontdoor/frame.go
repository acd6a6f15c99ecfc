package frontdoor

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// errTooBig is a frame or message over API Gateway's limits.
var errTooBig = errors.New("frame or message over the limit")

// frame is one WebSocket frame as it came: header, mask and payload. The payload is passed on without a look at it.
type frame struct {
	final   bool
	opcode  byte
	payload int
	raw     []byte
}

const (
	opContinuation = 0x0
	opClose        = 0x8
	opControl      = 0x8 // this bit marks control frames
	closeTooBig    = 1009
)

// readFrame reads one frame, and refuses one over the limit before reading its payload.
func readFrame(r *bufio.Reader, limit int) (frame, error) {
	head := make([]byte, 2, 14)
	if _, err := io.ReadFull(r, head); err != nil {
		return frame{}, fmt.Errorf("read a frame: %w", err)
	}
	extended := 0
	switch head[1] & 0x7f {
	case 126:
		extended = 2
	case 127:
		extended = 8
	}
	mask := 0
	if head[1]&0x80 != 0 {
		mask = 4
	}
	head = head[:2+extended+mask]
	if _, err := io.ReadFull(r, head[2:]); err != nil {
		return frame{}, fmt.Errorf("read a frame's header: %w", err)
	}
	size := uint64(head[1] & 0x7f)
	switch extended {
	case 2:
		size = uint64(binary.BigEndian.Uint16(head[2:]))
	case 8:
		size = binary.BigEndian.Uint64(head[2:])
	}
	if size > uint64(limit) { //nolint:gosec // The limit is a positive constant.
		return frame{}, errTooBig
	}
	f := frame{final: head[0]&0x80 != 0, opcode: head[0] & 0x0f, payload: int(size)} //nolint:gosec // Bounded by the limit.
	f.raw = make([]byte, len(head)+f.payload)
	copy(f.raw, head)
	if _, err := io.ReadFull(r, f.raw[len(head):]); err != nil {
		return frame{}, fmt.Errorf("read a frame's payload: %w", err)
	}
	return f, nil
}

// control tells whether the frame is a ping, pong or close.
func (f frame) control() bool { return f.opcode&opControl != 0 }

// closeFrame is a server's close frame with a status.
func closeFrame(status uint16) []byte {
	return binary.BigEndian.AppendUint16([]byte{0x80 | opClose, 2}, status)
}
